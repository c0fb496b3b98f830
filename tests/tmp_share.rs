mod zoo;
use volley::fixed_point::Settings;
use volley::schedule::{self, Fold, Folding};
use volley::{cosim, quantise, rtl};
#[test]
fn share() {
    let placed = zoo::placed("mnist-cnn", 4, 1);
    let network = quantise::quantise(&placed.network, &Settings::default()).unwrap();
    let mut folding = Folding::uniform(16);
    folding.layers.insert("conv_4".into(), Fold { slices: 2, share: vec![0,1,1,0,0,1,1,0,1,0,0,1,1,0,0,1], ..Fold::lanes(16) });
    let plan = schedule::plan(&network, &folding).unwrap();
    let design = rtl::generate(&network, &plan).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &design.files { std::fs::write(folder.path().join(name), text).unwrap(); }
    let mut options = cosim::Options::new(folder.path().join("work"));
    options.stalls = 40;
    let v = cosim::check(folder.path(), &design.manifest, &network, &plan, &zoo::images("mnist_test", 5), &options).unwrap();
    zoo::design::print("share", &v);
    zoo::design::assert_equal("share", &v);
}
