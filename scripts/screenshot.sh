#!/bin/sh
# Pictures of a page of `volley report`, to look at: as a desktop, a phone and paper show it.
# Needs Chromium (Debian: apt-get install chromium).
#
#   scripts/screenshot.sh report.html pictures/
set -eu
page=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
frame=$(mktemp --suffix=.html)
trap 'rm -f "$frame"' EXIT
shoot() {
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars "$@" 2>/dev/null
}
shoot --window-size=1280,9000 --screenshot="$folder/desktop.png" "file://$page"
# A window cannot be as narrow as a phone, a frame can.
echo "<body style='margin:0'><iframe src='file://$page' style='width:390px;height:16000px;border:0'></iframe>" > "$frame"
shoot --window-size=600,16000 --screenshot="$folder/phone.png" "file://$frame"
shoot --no-pdf-header-footer --print-to-pdf="$folder/paper.pdf" "file://$page"
