//! `volley weights` as a user sees it.

use serde_json::Value;

use super::DIGITS;
use super::place::Place;

#[test]
fn weights_are_written_for_a_core_of_the_same_shape_or_refused() {
    let place = Place::new();
    let convert = |folder: &str, timesteps: u32| {
        place.fine(&format!("convert {DIGITS}/digits.onnx --members 4 --timesteps {timesteps} -o {folder}"));
    };
    convert("net", 1);
    convert("longer", 2);
    place.fine("generate net -o rtl --weights runtime");
    let shown: Value = serde_json::from_str(&place.fine("weights net --rtl rtl -o own.weights --json")).unwrap();
    let file = std::fs::read(place.path("own.weights")).unwrap();
    let word = |at: usize| u64::from(u32::from_le_bytes(file[at..at + 4].try_into().unwrap()));
    assert_eq!(file[..8], *b"VLYW\x01\0\0\0");
    assert_eq!(
        [word(8), word(12), word(16)].map(Value::from),
        ["design", "crc32", "bytes"].map(|key| shown[key].clone())
    );
    assert_eq!(file.len() as u64, 20 + word(16));
    assert!(place.fine("weights net --rtl rtl -o again.weights").contains("bytes of weights to again.weights"));
    assert_eq!(std::fs::read(place.path("again.weights")).unwrap(), file);

    let refused = place.refused("weights longer --rtl rtl -o longer.weights");
    assert!(refused.contains("it is 2, where the core's network has 1"), "{refused}");
    assert!(!place.path("longer.weights").exists());
    place.fine("generate net -o baked");
    let refused = place.refused("weights net --rtl baked -o own.weights");
    assert!(refused.contains("built in") && refused.contains("--weights runtime"), "{refused}");
    // A setting that was given once holds for everything generated from that folder.
    place.fine("generate rtl/network -o copy");
    let refused = place.refused("generate net -o rtl --weights later");
    assert!(refused.contains("baked") && refused.contains("runtime"), "{refused}");
    place.fine("weights net --rtl copy -o copied.weights");
    assert_eq!(std::fs::read(place.path("copied.weights")).unwrap(), file);
}
