"""What can go wrong with an accelerator. Unusable arguments are ValueError and TypeError instead."""

from __future__ import annotations


class AcceleratorError(Exception):
    """An accelerator, or the way to it, does not do what it should; the message says what to do."""


class PortError(AcceleratorError):
    """The port cannot be opened, or is gone."""


class NoAnswer(AcceleratorError):
    """Nothing came within the time limit, as often as the limits allow."""


#: Each code: what is wrong, and what to do about it.
_DESIGN = "it is another design, or another version of the protocol: build and flash the bitstream again"
_CODES = {
    1: ("it came damaged", "check the cable and the baud rate"),
    2: ("the accelerator has no space for it", "let no other program use the port"),
    3: ("its length does not fit the design", _DESIGN),
    4: ("the accelerator knows no such request", _DESIGN),
    5: (
        "the weights of the accelerator are not valid, since none were loaded or a load was interrupted",
        "load them (load_weights)",
    ),
    6: (
        "the core gave no scores",
        "if it stays so, the bitstream is faulty: check that it met its clock",
    ),
}


class Refused(AcceleratorError):
    """The accelerator refuses a request; ``code`` is its reason."""

    def __init__(self, accelerator: str, what: str, code: int) -> None:
        problem, advice = _CODES.get(code, ("the reason is unknown", _DESIGN))
        super().__init__(f"{accelerator}: {what}: {problem} (code {code}); {advice}")
        self.code = code
