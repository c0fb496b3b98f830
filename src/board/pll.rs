//! The dividers that make a core's clock from a board's oscillator.

use crate::error::{Kind, Result, Setting};
use crate::fpga::Family;

/// Dividers of a PLL, as the parameters of `ecp5_clock.v`, `ice40_clock.v` or `mmcm_clock.v`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pll {
    /// What comes out, in MHz.
    pub mhz: f64,
    pub reference_div: u32,
    pub feedback_div: u32,
    /// On iCE40 the log2 of the divider.
    pub output_div: u32,
    /// The iCE40's loop filter; 0 elsewhere.
    pub filter_range: u32,
}

/// How near two frequencies must be to count as the same, as a share.
const SAME: f64 = 1e-6;

/// The dividers whose frequency is nearest to `wanted` MHz; `None` where the oscillator has it.
///
/// # Errors
/// [`Kind::ClockOutOfReach`] if the PLL comes no nearer than one percent.
pub(super) fn find(family: Family, oscillator: f64, wanted: f64) -> Result<Option<Pll>> {
    if (oscillator / wanted - 1.0).abs() < SAME {
        return Ok(None);
    }
    let candidates: Vec<Pll> = match family {
        Family::Ecp5 => ecp5(oscillator, wanted),
        Family::Ice40 => ice40(oscillator),
        Family::Series7 => mmcm(oscillator),
        // Its boards here have a processing system, which makes any clock.
        Family::UltrascalePlus => Vec::new(),
    };
    let distance = |pll: &Pll| (pll.mhz - wanted).abs();
    let nearest = candidates.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    match nearest {
        Some(pll) if distance(&pll) <= 0.01 * wanted => Ok(Some(pll)),
        _ => Err(Kind::ClockOutOfReach { mhz: wanted, oscillator_mhz: oscillator }.at(Setting::CoreClock)),
    }
}

/// Lattice FPGA-DS-02012, table "sysCLOCK PLL timing": 3.125 MHz and more at the phase detector, 400 to 800 MHz inside. The output is
/// fed back, so it is the reference times the feedback divider.
fn ecp5(oscillator: f64, wanted: f64) -> Vec<Pll> {
    let mut found = Vec::new();
    for reference_div in (1..=128).take_while(|&div| oscillator / f64::from(div) >= 3.125) {
        for feedback_div in 1..=80 {
            let mhz = oscillator * f64::from(feedback_div) / f64::from(reference_div);
            // The middle of the range inside, as near as whole dividers come to it.
            let output_div = (600.0 / mhz).round().clamp(1.0, 128.0);
            if (400.0..=800.0).contains(&(mhz * output_div)) && mhz < 2.0 * wanted {
                found.push(Pll { mhz, reference_div, feedback_div, output_div: output_div as u32, filter_range: 0 });
            }
        }
    }
    found
}

/// Lattice FPGA-TN-02052 (iCE40 sysCLOCK PLL): 10 to 133 MHz at the phase detector, 533 to 1066 MHz inside,
/// 16 to 275 MHz out.
fn ice40(oscillator: f64) -> Vec<Pll> {
    let mut found = Vec::new();
    for reference_div in 1..=15 {
        let detector = oscillator / f64::from(reference_div);
        if !(10.0..=133.0).contains(&detector) {
            continue;
        }
        let filter_range =
            [17.0, 26.0, 44.0, 66.0, 101.0].iter().filter(|&&limit| detector >= limit).count() as u32 + 1;
        for feedback_div in 1..=128 {
            let inside = detector * f64::from(feedback_div);
            if !(533.0..=1066.0).contains(&inside) {
                continue;
            }
            for output_div in 1..=6 {
                let mhz = inside / f64::from(1 << output_div);
                if (16.0..=275.0).contains(&mhz) {
                    found.push(Pll { mhz, reference_div, feedback_div, output_div, filter_range });
                }
            }
        }
    }
    found
}

/// AMD DS181 (Artix-7 data sheet), table "MMCM specification", speed grade -1, the slowest: 10 to 450 MHz at the phase
/// detector, 600 to 1200 MHz inside, 4.69 MHz out at least; a global buffer carries 464 MHz.
fn mmcm(oscillator: f64) -> Vec<Pll> {
    let mut found = Vec::new();
    for reference_div in 1..=106 {
        let detector = oscillator / f64::from(reference_div);
        if !(10.0..=450.0).contains(&detector) {
            continue;
        }
        for feedback_div in 2..=64 {
            let inside = detector * f64::from(feedback_div);
            if !(600.0..=1200.0).contains(&inside) {
                continue;
            }
            for output_div in 1..=128 {
                let mhz = inside / f64::from(output_div);
                if (4.69..=464.0).contains(&mhz) {
                    found.push(Pll { mhz, reference_div, feedback_div, output_div, filter_range: 0 });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pll_makes_what_is_wanted_within_its_ranges() {
        // From 25 MHz no whole dividers within the phase detector's range come near to 24 or 48.
        let (near, all) = ([20, 30, 66, 75, 80, 97, 100, 120], [20, 24, 30, 48, 66, 80, 97, 120]);
        for (family, oscillator, wanted) in [
            (Family::Ecp5, 25.0, near),
            (Family::Ice40, 12.0, all),
            (Family::Ecp5, 100.0, all),
            (Family::Series7, 12.0, all),
            (Family::Series7, 100.0, all),
        ] {
            for wanted in wanted.map(f64::from) {
                let pll = find(family, oscillator, wanted).unwrap().unwrap();
                assert!((pll.mhz / wanted - 1.0).abs() < 0.01, "{wanted}: {pll:?}");
                let fed_back = oscillator * f64::from(pll.feedback_div) / f64::from(pll.reference_div);
                let (mhz, inside) = match family {
                    Family::Ecp5 => (fed_back, fed_back * f64::from(pll.output_div)),
                    Family::Ice40 => (fed_back / f64::from(1 << pll.output_div), fed_back),
                    _ => (fed_back / f64::from(pll.output_div), fed_back),
                };
                assert!((mhz - pll.mhz).abs() < 1e-9, "{wanted}: {pll:?}");
                let range = match family {
                    Family::Ecp5 => 400.0..=800.0,
                    Family::Ice40 => 533.0..=1066.0,
                    _ => 600.0..=1200.0,
                };
                assert!(range.contains(&inside), "{wanted}: {pll:?}");
            }
        }
        assert!(find(Family::Ecp5, 25.0, 24.0).is_err());
        assert_eq!(find(Family::Ecp5, 25.0, 80.0).unwrap().unwrap().mhz, 80.0);
    }

    #[test]
    fn the_oscillators_own_clock_needs_none() {
        assert_eq!(find(Family::Ice40, 12.0, 12.0).unwrap(), None);
    }

    #[test]
    fn what_no_pll_can_make_is_refused() {
        let error = find(Family::Ice40, 12.0, 2.0).unwrap_err().to_string();
        insta::assert_snapshot!(error, @"core clock: the PLL cannot make 2 MHz from the oscillator's 12 MHz; choose another frequency");
    }
}
