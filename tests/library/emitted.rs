//! Snapshots of the digits network: every representation's dump, and one emitted file of each kind.

use insta::assert_snapshot;
use support::digits;
use volley::fixed_point::ThresholdMode;

const EXACT: ThresholdMode = ThresholdMode::Exact;

#[test]
fn representations() {
    assert_snapshot!("ann", volley::ann::dump(&digits::imported()));
    assert_snapshot!("snn", volley::snn::dump(&digits::converted(4, 1)));
    assert_snapshot!("fixed_point", digits::quantised(4, 1, EXACT));
    assert_snapshot!("fixed_point_pow2", digits::quantised(4, 1, ThresholdMode::Pow2));
}

#[test]
fn files() {
    let design = digits::design(4, 1, EXACT);
    let names: Vec<_> = design.files.keys().map(String::as_str).collect();
    assert_snapshot!("file_names", names.join("\n"));
    let top = &design.manifest.top;
    assert_snapshot!("core", design.files[&format!("{top}.v")]);
    // The layer in the middle: counts in, counts out.
    let layer = &design.manifest.layers[1].module;
    assert_snapshot!("layer", design.files[&format!("{layer}.v")]);
    assert_snapshot!("rom_shell", design.files[&format!("{layer}_weights.v")]);
    let head: Vec<_> = design.files[&format!("{layer}_weights.mem")].lines().take(8).collect();
    assert_snapshot!("memory_head", head.join("\n"));
    assert_snapshot!("manifest", toml::to_string(&design.manifest).unwrap());
}
