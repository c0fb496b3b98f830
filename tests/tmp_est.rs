mod zoo;
use volley::fixed_point::{Op, Settings};
use volley::schedule::{self, Folding};
use volley::{model::Model, quantise};
#[test]
fn est() {
    let placed = zoo::placed("resnet20-cifar10-qcfs8", 8, 1);
    let network = quantise::quantise(&placed.network, &Settings::default()).unwrap();
    let images = zoo::images("cifar10_calib", 12);
    let model = Model::new(&network).unwrap();
    let views: Vec<_> = images.pixels.outer_iter().collect();
    let traces: Vec<_> = views.iter().map(|v| model.trace(*v)).collect();
    for lanes in ["16", "16x2,conv1=16,fc=10", "16x4,conv1=16,fc=10","32,fc=10","32x2,conv1=16,fc=10"] {
        let plan = schedule::plan(&network, &Folding::parse(lanes).unwrap()).unwrap();
        println!("== {lanes}");
        let all: Vec<_> = views.iter().zip(&traces).map(|(v, t)| schedule::estimate(&network, &plan, *v, t)).collect();
        for (i, node) in network.nodes.iter().enumerate() {
            let Op::Layer(_) = &node.op else { continue };
            let lp = plan.layers[i].as_ref().unwrap();
            let c: Vec<f64> = all.iter().map(|e| e[i].unwrap().cycles as f64).collect();
            let ev: f64 = all.iter().map(|e| e[i].unwrap().events as f64).sum::<f64>();
            let d = all[0][i].unwrap().dense_cycles as f64;
            let s: f64 = c.iter().sum();
            let n = c.len() as f64;
            println!("{:16} cycles {:8.0} max {:8.0} dense {:8.0} ratio {:.3} util {:.3} rows {:?} words {:?} bits {:?}", node.name, s / n, c.iter().cloned().fold(0.0, f64::max), d, s / n / d, ev / s / lp.fold.slices as f64,
              lp.terms.iter().map(|t| t.rows).collect::<Vec<_>>(), lp.terms.iter().map(|t| t.row_words()).collect::<Vec<_>>(), lp.terms.iter().map(|t| t.word_bits()).collect::<Vec<_>>());
        }
    }
}
