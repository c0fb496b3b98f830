//! Speed of the integer model with each backend: images a second on all threads, and the time for a single image.
//! `cargo bench --bench model -- --help`; RAYON_NUM_THREADS sets the number of threads.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use ndarray::{ArrayView3, Axis, s};
use rayon::prelude::*;
use serde::Serialize;
use volley::data::{self, Images};
use volley::fixed_point::Network;
use volley::model::fast::Backend;
use volley::model::{Model, plain::Plain};
use volley::{Converted, Converter};

/// Measure the integer model; without NET the bundled digits.
#[derive(Parser)]
struct Args {
    /// Folder that `volley convert` wrote
    #[arg(requires = "data")]
    net: Option<PathBuf>,
    /// Images to run
    #[arg(long, value_name = "TEST.npz")]
    data: Option<PathBuf>,
    /// Time for each backend
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Only the backend that volley uses here
    #[arg(long)]
    best: bool,
    /// For machines
    #[arg(long)]
    json: bool,
    /// What `cargo bench` passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Serialize)]
struct Speed {
    backend: &'static str,
    threads: usize,
    images_per_second: f64,
    /// Median time of one image on one thread.
    latency_microseconds: f64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let digits = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits");
    let network = match &args.net {
        Some(net) => Converted::open(net)?,
        None => Converter::open(digits.join("digits.onnx"))?.members(4).timesteps(1).convert()?,
    };
    let network = network.quantise()?;
    let images = data::read(args.data.as_deref().unwrap_or(&digits.join("test.npz")), None)?;
    let time = Duration::from_secs_f64(args.seconds);
    let mut speeds = Vec::new();
    if !args.best {
        speeds.push(plain(&network, &images, time)?);
    }
    let backends = if args.best { vec![Backend::best()] } else { Backend::all() };
    for backend in backends {
        speeds.extend(fast(&network, backend, &images, time)?);
    }
    if args.json {
        println!("{}", serde_json::to_string(&speeds)?);
        return Ok(());
    }
    println!("{}, τ = {}, T = {}", network.name, network.members, network.timesteps);
    for Speed { backend, threads, images_per_second, latency_microseconds } in speeds {
        println!(
            "{backend:>12}: {images_per_second:9.0} images/s on {threads} threads, {latency_microseconds:8.1} µs an image"
        );
    }
    Ok(())
}

fn plain(network: &Network, images: &Images, time: Duration) -> Result<Speed> {
    let plain = Plain::new(network)?;
    let all = |images: &Images| {
        let frames: Vec<_> = images.pixels.outer_iter().collect();
        frames.into_par_iter().map(|image| plain.scores(image)).collect::<Vec<_>>();
    };
    Ok(measure("plain", images, time, &all, &|image| drop(plain.scores(image))))
}

/// `None` if the network cannot be run by the fast model.
fn fast(network: &Network, backend: Backend, images: &Images, time: Duration) -> Result<Option<Speed>> {
    let model = Model::with_backend(network, backend)?;
    let all = |images: &Images| drop(model.scores_all(images, &|_| ()));
    let speed = || measure(backend.name(), images, time, &all, &|image| drop(model.scores(image)));
    Ok(model.is_fast().then(speed))
}

/// Runs more and more images until they take `time`, then single images for the same time.
fn measure(
    backend: &'static str,
    images: &Images,
    time: Duration,
    all: &dyn Fn(&Images),
    one: &dyn Fn(ArrayView3<u8>),
) -> Speed {
    let mut count = 16.min(images.len());
    let images_per_second = loop {
        let part = Images { pixels: images.pixels.slice(s![..count, .., .., ..]).to_owned(), labels: None };
        let (start, mut done) = (Instant::now(), 0);
        while done == 0 || (count == images.len() && start.elapsed() < time) {
            all(&part);
            done += count;
        }
        let taken = start.elapsed();
        if taken >= time {
            break done as f64 / taken.as_secs_f64();
        }
        count = (2 * count).min(images.len());
    };
    let (start, mut times) = (Instant::now(), Vec::new());
    for image in images.pixels.axis_iter(Axis(0)).cycle() {
        let before = Instant::now();
        one(image);
        times.push(before.elapsed());
        if start.elapsed() >= time {
            break;
        }
    }
    times.sort();
    let latency_microseconds = times[times.len() / 2].as_secs_f64() * 1e6;
    Speed { backend, threads: rayon::current_num_threads(), images_per_second, latency_microseconds }
}
