//! The core: the top module that connects the layers' modules by streams, and its name in every file.

use super::layer::{LoadBus, bits_of, connect, int, memory_folder, same_memory_folder, source_name};
use super::netlist::{Item, Module, Parameter, Port, Wire};
use crate::error::{Kind, Place, Result};
use crate::fixed_point::{Network, Node, Op, Pool, PoolKind, Source};
use crate::identifier::printable;
use crate::schedule::{self, Plan};

/// What the core needs to know of a layer's module.
pub(super) struct LayerPorts {
    pub module: String,
    pub comment: String,
    pub output_bits: u32,
    pub slices: u32,
    pub load: Option<LoadBus>,
}

/// A reader of a stream: node index and term (0 for a pool).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reader {
    node: usize,
    term: usize,
}

/// The top module. `layers` has an entry for each node, `None` for pools.
pub(super) fn module(name: &str, network: &Network, plan: &Plan, layers: &[Option<LayerPorts>]) -> Result<Module> {
    let input = network.input.shape;
    let count = layers.iter().flatten().count() as u32;
    let slices = layers.iter().flatten().map(|layer| layer.slices).sum();
    let mut module = Module { name: name.to_string(), comment: comment(name, network), ..Module::default() };
    let data_bits = 8 * input.channels as u32;
    module.parameters = vec![memory_folder()];
    module.ports = vec![
        Port::input("clk", 1, ""),
        Port::input("rst", 1, "synchronous, active high"),
        Port::input("s_axis_tdata", data_bits, "one pixel: an unsigned byte a channel, channel 0 in the low byte"),
        Port::input("s_axis_tlast", 1, "last pixel of the frame"),
        Port::input("s_axis_tvalid", 1, ""),
        Port::output("s_axis_tready", 1, ""),
        Port::output("m_axis_tdata", 32, "score of one class, signed"),
        Port::output("m_axis_tlast", 1, "last class of the frame"),
        Port::output("m_axis_tvalid", 1, ""),
        Port::input("m_axis_tready", 1, ""),
        Port::output("frame_error", 1, "s_axis_tlast fell on another pixel than the frame's last; stays until rst"),
        Port::output(
            "status_event",
            slices,
            "a bit a slice of each layer, in order: an event is processed in this clock",
        ),
        Port::output("status_busy", count, "a bit a layer: the engine works in this clock"),
    ];

    let load = load_bus(layers);
    module.ports.extend(load.iter().flat_map(LoadBus::ports));

    let value_bits = network.element_bits(Source::Input, 1).0;
    let offsets: String = network.input.offset.iter().rev().map(|offset| format!("{offset:02x}")).collect();
    // One stage a node and one for the input; the last node, whose scores leave, has the first.
    let stages = network.nodes.len() as u32 + 1;
    module.wires.push(Wire::new("resets", stages));
    module.wires.push(Wire::new("ready", 1));
    module.wires.push(Wire::new("image_ready", 1));
    module.body.push(Item::Comment("The reset of every module; nothing enters before all have left it.".into()));
    module.body.push(Item::Instance {
        module: "volley_reset_chain".into(),
        name: "reset".into(),
        parameters: vec![int("STAGES", stages)],
        connections: vec![
            connect("clk", "clk"),
            connect("rst", "rst"),
            connect("resets", "resets"),
            connect("ready", "ready"),
        ],
    });
    module.body.push(Item::Assign { target: "s_axis_tready".into(), expression: "ready && image_ready".into() });
    stream(&mut module, "image", value_bits);
    module.body.push(Item::Comment(format!("image: {input}, normalised by integer offsets")));
    module.body.push(Item::Instance {
        module: "volley_input_encoder".into(),
        name: "image_encoder".into(),
        parameters: vec![
            int("CHANNELS", input.channels as i64),
            int("PIXELS", input.pixels() as i64),
            int("VALUE_BITS", value_bits),
            ("OFFSETS".into(), Parameter::Sized { width: data_bits, hex: offsets }),
        ],
        connections: vec![
            connect("clk", "clk"),
            connect("rst", reset(network, Source::Input)),
            connect("s_axis_tdata", "s_axis_tdata"),
            connect("s_axis_tlast", "s_axis_tlast"),
            connect("s_axis_tvalid", "s_axis_tvalid && ready"),
            connect("s_axis_tready", "image_ready"),
            connect("m_axis_tdata", "image_tdata"),
            connect("m_axis_tvalid", "image_tvalid"),
            connect("m_axis_tready", "image_tready"),
            connect("frame_error", "frame_error"),
        ],
    });
    fork(&mut module, network, Source::Input, value_bits)?;

    let (mut status, mut slice, mut memory) = (0, 0, 0);
    for (index, node) in network.nodes.iter().enumerate() {
        let bits = match (&node.op, &layers[index]) {
            (Op::Layer(_), Some(ports)) => {
                let load = load.as_ref().zip(ports.load).map(|(core, own)| load_connections(core, &own, memory));
                let load = load.into_iter().flatten().collect();
                layer(&mut module, network, index, ports, status, slice, load);
                status += 1;
                memory += ports.load.map_or(0, |load| load.memories);
                slice += ports.slices;
                ports.output_bits
            }
            (Op::Pool(pool), _) => pool_instance(&mut module, network, plan, index, pool),
            (Op::Layer(_), None) => unreachable!("the plan has an entry for every layer"),
        };
        if index + 1 < network.nodes.len() {
            stream(&mut module, &node.name, bits);
            fork(&mut module, network, Source::Node(index), bits)?;
        }
    }
    Ok(module)
}

fn comment(name: &str, network: &Network) -> String {
    format!(
        "{name}: the spiking accelerator of network '{}'.\n\
         {} members a group neuron, {} time step(s), {}-bit weights.\n\n\
         Pixels come in raster order, a beat each; a frame's scores leave class by class. Engines are joined by\n\
         valid/ready streams of elements in the order row, pixel, channel; there is no global controller, and the\n\
         next frame enters while this one is still being computed.",
        printable(&network.name),
        network.members,
        network.timesteps,
        network.weight_bits()
    )
}

/// The reset of the module that sends the stream of `source`, with its fork.
fn reset(network: &Network, source: Source) -> String {
    let stage = match source {
        Source::Input => network.nodes.len(),
        Source::Node(index) => network.nodes.len() - 1 - index,
    };
    format!("resets[{stage}]")
}

fn stream(module: &mut Module, name: &str, bits: u32) {
    module.wires.push(Wire::new(format!("{name}_tdata"), bits));
    module.wires.push(Wire::new(format!("{name}_tvalid"), 1));
    module.wires.push(Wire::new(format!("{name}_tready"), 1));
}

fn readers(network: &Network, source: Source) -> Vec<Reader> {
    let of = |(node, op): (usize, &Op)| -> Vec<Reader> {
        match op {
            Op::Layer(layer) => (layer.terms.iter().enumerate())
                .filter(|(_, term)| term.source == source)
                .map(|(term, _)| Reader { node, term })
                .collect(),
            Op::Pool(pool) if pool.source == source => vec![Reader { node, term: 0 }],
            Op::Pool(_) => vec![],
        }
    };
    network.nodes.iter().enumerate().flat_map(|(index, node)| of((index, &node.op))).collect()
}

/// The stream that a reader sees: the source's own, or its branch of a fork.
fn branch(network: &Network, source: Source, reader: Reader) -> String {
    let name = source_name(network, source);
    let all = readers(network, source);
    match all.iter().position(|other| *other == reader) {
        Some(place) if all.len() > 1 => format!("{name}_to_{place}"),
        _ => name.to_string(),
    }
}

fn fork(module: &mut Module, network: &Network, source: Source, bits: u32) -> Result<()> {
    let all = readers(network, source);
    let name = source_name(network, source);
    if all.is_empty() {
        let kind =
            Kind::NoHardware { problem: "nothing reads its output".into(), advice: "remove the layer, or connect it" };
        return Err(kind.at(Place::layer(name)));
    }
    if all.len() == 1 {
        return Ok(());
    }
    for place in 0..all.len() {
        stream(module, &format!("{name}_to_{place}"), bits);
    }
    let each = |signal: &str| {
        let parts: Vec<_> = (0..all.len()).rev().map(|place| format!("{name}_to_{place}_{signal}")).collect();
        format!("{{{}}}", parts.join(", "))
    };
    module.body.push(Item::Instance {
        module: "volley_stream_fork".into(),
        name: format!("{name}_fork"),
        parameters: vec![int("WIDTH", bits), int("OUTPUTS", all.len() as i64)],
        connections: vec![
            connect("clk", "clk"),
            connect("rst", reset(network, source)),
            connect("s_axis_tdata", format!("{name}_tdata")),
            connect("s_axis_tvalid", format!("{name}_tvalid")),
            connect("s_axis_tready", format!("{name}_tready")),
            connect("m_axis_tdata", each("tdata")),
            connect("m_axis_tvalid", each("tvalid")),
            connect("m_axis_tready", each("tready")),
        ],
    });
    Ok(())
}

/// Connections of a node's output: to the core's port for the last node, else to the node's stream.
fn outputs(network: &Network, index: usize) -> Vec<(String, String)> {
    let last = index + 1 == network.nodes.len();
    let name = if last { "m_axis" } else { &network.nodes[index].name };
    let mut all = vec![connect("m_axis_tdata", format!("{name}_tdata"))];
    if last {
        all.push(connect("m_axis_tlast", "m_axis_tlast"));
    }
    all.push(connect("m_axis_tvalid", format!("{name}_tvalid")));
    all.push(connect("m_axis_tready", format!("{name}_tready")));
    all
}

fn inputs(stream: &str, port: &str) -> [(String, String); 3] {
    ["tdata", "tvalid", "tready"].map(|signal| connect(&format!("{port}_{signal}"), format!("{stream}_{signal}")))
}

/// The bus that reaches the memories of all layers, where they can be written.
fn load_bus(layers: &[Option<LayerPorts>]) -> Option<LoadBus> {
    let of_layers = layers.iter().flatten().filter_map(|layer| layer.load);
    of_layers.reduce(|all, one| LoadBus {
        data_bits: all.data_bits.max(one.data_bits),
        addr_bits: all.addr_bits.max(one.addr_bits),
        memories: all.memories + one.memories,
    })
}

/// The part of the bus for a layer whose first memory is the core's `memory`-th.
fn load_connections(core: &LoadBus, layer: &LoadBus, memory: u32) -> [(String, String); 3] {
    let low = core.data_bits - layer.data_bits;
    [
        connect("load_data", bits_of("load_data", low, layer.data_bits, core.data_bits)),
        connect("load_addr", bits_of("load_addr", 0, layer.addr_bits, core.addr_bits)),
        connect("load_enable", bits_of("load_enable", memory, layer.memories, core.memories)),
    ]
}

/// Instantiates the module of a layer; `status` and `slice` are its places in the status outputs, `load` its connections to
/// the bus that writes memories.
fn layer(
    module: &mut Module,
    network: &Network,
    index: usize,
    ports: &LayerPorts,
    status: u32,
    slice: u32,
    load: Vec<(String, String)>,
) {
    let node = &network.nodes[index];
    let Op::Layer(layer) = &node.op else { return };
    let mut connections = vec![connect("clk", "clk"), connect("rst", reset(network, Source::Node(index)))];
    for (term, description) in layer.terms.iter().enumerate() {
        let stream = branch(network, description.source, Reader { node: index, term });
        let port = if layer.terms.len() == 1 { "s_axis".to_string() } else { format!("s_axis_{term}") };
        connections.extend(inputs(&stream, &port));
    }
    connections.extend(outputs(network, index));
    // A network of a single layer has status outputs of a single bit, which Verilog does not let one select.
    let own = |port: &str, low: u32, bits: u32| {
        let all = module.ports.iter().find(|known| known.name == port).map_or(0, |port| port.width);
        connect(port, bits_of(port, low, bits, all))
    };
    connections.push(own("status_event", slice, ports.slices));
    connections.push(own("status_busy", status, 1));
    connections.extend(load);
    module.body.push(Item::Comment(ports.comment.clone()));
    module.body.push(Item::Instance {
        module: ports.module.clone(),
        name: format!("{}_layer", node.name),
        parameters: vec![same_memory_folder()],
        connections,
    });
}

/// Instantiates a pool and returns the bits of a beat of its output.
///
/// The elements of a beat are pooled side by side, like the time steps of an element: to the pool they look the same.
fn pool_instance(module: &mut Module, network: &Network, plan: &Plan, index: usize, pool: &Pool) -> u32 {
    let node: &Node = &network.nodes[index];
    let from = network.source_shape(pool.source);
    let in_bits = network.element_bits(pool.source, 1).0;
    let out_bits = network.element_bits(Source::Node(index), 1).0;
    let beat = schedule::beat_elements(network, &plan.layers, pool.source);
    let window = pool.window;
    // With a single output row (column) the stride is never taken.
    let stride = |axis: usize, outputs: usize| if outputs == 1 { window.kernel[axis] } else { window.stride[axis] };
    let stream = branch(network, pool.source, Reader { node: index, term: 0 });
    let kind = if pool.kind == PoolKind::Sum { "sum" } else { "maximum" };
    module.body.push(Item::Comment(format!(
        "{}: {kind} over {}×{} windows of {}, {from} → {}",
        node.name,
        window.kernel[0],
        window.kernel[1],
        source_name(network, pool.source),
        node.shape
    )));
    let mut connections = vec![connect("clk", "clk"), connect("rst", reset(network, Source::Node(index)))];
    connections.extend(inputs(&stream, "s_axis"));
    connections.extend(outputs(network, index));
    module.body.push(Item::Instance {
        module: "volley_pool".into(),
        name: format!("{}_pool", node.name),
        parameters: vec![
            int("MAXIMUM", i64::from(pool.kind == PoolKind::Max)),
            int("CHANNELS", (from.channels / beat) as i64),
            int("IN_HEIGHT", from.height as i64),
            int("IN_WIDTH", from.width as i64),
            int("KERNEL_HEIGHT", window.kernel[0] as i64),
            int("KERNEL_WIDTH", window.kernel[1] as i64),
            int("STRIDE_HEIGHT", stride(0, node.shape.height) as i64),
            int("STRIDE_WIDTH", stride(1, node.shape.width) as i64),
            int("OUT_HEIGHT", node.shape.height as i64),
            int("OUT_WIDTH", node.shape.width as i64),
            int("FIELDS", i64::from(network.timesteps) * beat as i64),
            int("IN_BITS", in_bits),
            int("OUT_BITS", out_bits),
        ],
        connections,
    });
    out_bits * network.timesteps * beat as u32
}
