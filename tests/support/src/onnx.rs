//! ONNX files made by hand for the import and conversion tests.

use prost::Message;
use volley::ann::Network;
use volley::import::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, tensor_shape_proto, type_proto,
};

/// A graph under construction; values are named after the nodes that make them.
#[derive(Clone)]
pub struct Graph {
    /// The file so far.
    pub model: ModelProto,
    last: String,
}

impl Graph {
    /// Only an input of channels × height × width.
    pub fn new(shape: [i64; 3]) -> Self {
        let [c, h, w] = shape;
        let input = value("image", &[1, c, h, w]);
        let graph = GraphProto { name: "test".into(), input: vec![input], ..Default::default() };
        let model = ModelProto {
            ir_version: 8,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 17 }],
            graph: Some(graph),
        };
        Graph { model, last: "image".into() }
    }

    /// The graph of the file, for changes that nothing else makes.
    pub fn graph(&mut self) -> &mut GraphProto {
        self.model.graph.as_mut().unwrap()
    }

    /// Adds a node; `_` among the inputs stands for the node before.
    pub fn node(mut self, name: &str, op: &str, inputs: &[&str], attributes: &[(&str, Attribute)]) -> Self {
        let last = self.last.clone();
        let input = inputs.iter().map(|&input| if input == "_" { last.clone() } else { input.to_owned() }).collect();
        let attribute = attributes.iter().map(|(name, value)| value.proto(name)).collect();
        self.graph().node.push(NodeProto {
            name: name.into(),
            op_type: op.into(),
            input,
            output: vec![name.into()],
            attribute,
            ..Default::default()
        });
        self.last = name.into();
        self
    }

    /// Adds an initializer of floats.
    pub fn tensor(mut self, name: &str, dims: &[i64], values: Vec<f32>) -> Self {
        self.graph().initializer.push(TensorProto {
            name: name.into(),
            dims: dims.to_vec(),
            data_type: 1,
            float_data: values,
            ..Default::default()
        });
        self
    }

    /// Adds an initializer with a list of integers.
    pub fn ints(mut self, name: &str, values: &[i64]) -> Self {
        self.graph().initializer.push(TensorProto {
            name: name.into(),
            dims: vec![values.len() as i64],
            data_type: 7,
            int64_data: values.to_vec(),
            ..Default::default()
        });
        self
    }

    /// Adds an initializer with one float and no axes.
    pub fn scalar(self, name: &str, value: f32) -> Self {
        self.tensor(name, &[], vec![value])
    }

    /// A convolution whose weights are 0.01, 0.02, … in memory order.
    pub fn conv(self, name: &str, out: i64, input: i64, kernel: i64, attributes: &[(&str, Attribute)]) -> Self {
        let weights = (1..=out * input * kernel * kernel).map(|i| i as f32 * 0.01).collect();
        let bias = (0..out).map(|i| i as f32 * 0.1).collect();
        let (w, b) = (format!("{name}.weight"), format!("{name}.bias"));
        self.tensor(&w, &[out, input, kernel, kernel], weights).tensor(&b, &[out], bias).node(
            name,
            "Conv",
            &["_", &w, &b],
            attributes,
        )
    }

    /// Flattens all axes but that of the batch.
    pub fn flatten(self, name: &str) -> Self {
        self.node(name, "Flatten", &["_"], &[("axis", Attribute::Int(1))])
    }

    /// A fully connected layer without bias, with weights as those of [`Graph::conv`].
    pub fn linear(self, name: &str, out: i64, input: i64) -> Self {
        let weights = (1..=out * input).map(|i| i as f32 * 0.01).collect();
        let w = format!("{name}.weight");
        self.tensor(&w, &[out, input], weights).node(name, "Gemm", &["_", &w], &[("transB", Attribute::Int(1))])
    }

    /// QCFS as PyTorch exports it.
    pub fn qcfs(self, name: &str, lambda: f32, levels: f32) -> Self {
        let [lam, l, half, zero] = ["lam", "levels", "half", "zero"].map(|part| format!("{name}.{part}"));
        self.scalar(&lam, lambda)
            .scalar(&l, levels)
            .scalar(&half, 0.5)
            .scalar(&zero, 0.0)
            .node(&format!("/{name}/Mul"), "Mul", &["_", &l], &[])
            .node(&format!("/{name}/Div"), "Div", &["_", &lam], &[])
            .node(&format!("/{name}/Add"), "Add", &["_", &half], &[])
            .node(&format!("/{name}/Floor"), "Floor", &["_"], &[])
            .node(&format!("/{name}/Clip"), "Clip", &["_", &zero, &l], &[])
            .node(&format!("/{name}/Mul_1"), "Mul", &["_", &lam], &[])
            .node(&format!("/{name}/Div_1"), "Div", &["_", &l], &[])
    }

    /// The file; the last node is the output.
    pub fn bytes(mut self) -> Vec<u8> {
        let output = value(&self.last.clone(), &[1, 1]);
        self.graph().output = vec![output];
        self.model.encode_to_vec()
    }

    /// With p/255 as normalisation.
    ///
    /// # Errors
    /// What the import reports.
    pub fn converter(self) -> volley::Result<volley::Converter<'static>> {
        volley::Converter::from_bytes(self.bytes(), "test.onnx", None)
    }

    /// The network as imported.
    ///
    /// # Errors
    /// What the import reports.
    pub fn import(self) -> volley::Result<Network> {
        Ok(self.converter()?.imported().clone())
    }

    /// The spiking network with 4 members and 1 time step, not calibrated.
    ///
    /// # Errors
    /// What import and conversion report.
    pub fn convert(self) -> volley::Result<volley::convert::Conversion> {
        self.converter()?.members(4).timesteps(1).replace_activations()
    }
}

/// The value of a node's attribute.
#[derive(Clone)]
pub enum Attribute {
    /// An integer.
    Int(i64),
    /// A list of integers.
    Ints(Vec<i64>),
    /// A float.
    Float(f32),
    /// A string.
    Text(&'static str),
}

impl Attribute {
    fn proto(&self, name: &str) -> AttributeProto {
        let mut proto = AttributeProto { name: name.into(), ..Default::default() };
        match self {
            Attribute::Int(value) => (proto.i, proto.r#type) = (*value, 2),
            Attribute::Ints(values) => (proto.ints, proto.r#type) = (values.clone(), 7),
            Attribute::Float(value) => (proto.f, proto.r#type) = (*value, 1),
            Attribute::Text(text) => (proto.s, proto.r#type) = (text.as_bytes().to_vec(), 3),
        }
        proto
    }
}

fn value(name: &str, dims: &[i64]) -> ValueInfoProto {
    let dim = dims
        .iter()
        .map(|&size| tensor_shape_proto::Dimension {
            value: Some(tensor_shape_proto::dimension::Value::DimValue(size)),
        })
        .collect();
    let tensor = type_proto::Tensor { elem_type: 1, shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto { name: name.into(), r#type: Some(TypeProto { value: Some(type_proto::Value::TensorType(tensor)) }) }
}
