//! Tensors of an ONNX file, decoded with every size checked before anything is allocated.

use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn};

use super::proto::TensorProto;
use super::proto::tensor_proto::{BFLOAT16, DATA_TYPES, DOUBLE, EXTERNAL, FLOAT, FLOAT16, INT32, INT64};

/// The two kinds of constants that a supported network holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Tensor {
    Float(ArrayD<f32>),
    Int(ArrayD<i64>),
}

/// More elements than one tensor of any network for this tool has; also keeps every product far from overflow.
pub const MOST_ELEMENTS: usize = 1 << 28;

impl Tensor {
    pub fn shape(&self) -> &[usize] {
        match self {
            Tensor::Float(values) => values.shape(),
            Tensor::Int(values) => values.shape(),
        }
    }

    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// The integers in memory order, if these are integers.
    pub fn ints(&self) -> Option<Vec<i64>> {
        match self {
            Tensor::Int(values) => Some(values.iter().copied().collect()),
            Tensor::Float(_) => None,
        }
    }

    /// The numbers in memory order, of either kind.
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Tensor::Float(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Tensor::Int(values) => values.iter().map(|&value| value as f64).collect(),
        }
    }

    /// Decodes a tensor; the error is (problem, advice).
    pub fn from_proto(proto: &TensorProto) -> Result<Tensor, (String, &'static str)> {
        if proto.data_location == Some(EXTERNAL) || !proto.external_data.is_empty() {
            return Err((
                "its data is in another file".into(),
                "save the model as one file (onnx.save_model(model, path, save_as_external_data=False))",
            ));
        }
        let mut elements = 1usize;
        let mut shape = Vec::with_capacity(proto.dims.len());
        for &dim in &proto.dims {
            let size = usize::try_from(dim).ok().filter(|&size| size <= MOST_ELEMENTS);
            let product = size.and_then(|size| elements.checked_mul(size)).filter(|&n| n <= MOST_ELEMENTS);
            let (Some(size), Some(product)) = (size, product) else {
                return Err((format!("it claims the shape {:?}", proto.dims), "export the model again"));
            };
            elements = product;
            shape.push(size);
        }
        let shape = IxDyn(&shape);
        let raw = &proto.raw_data;
        let wrong_size = |found: usize| {
            (
                format!("its shape {:?} needs {elements} elements and the file holds {found}", proto.dims),
                "the file is damaged; export the model again",
            )
        };
        // One branch an element type: raw little-endian bytes, or the typed field of the protobuf.
        macro_rules! decode {
            ($raw:ty, $typed:expr, $to:ty, $kind:path) => {{
                let width = std::mem::size_of::<$raw>();
                let values: Vec<$to> = if raw.is_empty() {
                    $typed.iter().map(|&value| value as $to).collect()
                } else if raw.len() == elements * width {
                    // `chunks_exact(width)` yields slices of just this width.
                    let value = |bytes: &[u8]| <$raw>::from_le_bytes(bytes.try_into().unwrap_or_default()) as $to;
                    raw.chunks_exact(width).map(value).collect()
                } else {
                    return Err(wrong_size(raw.len() / width));
                };
                let found = values.len();
                ArrayD::from_shape_vec(shape, values).map($kind).map_err(|_| wrong_size(found))
            }};
        }
        match proto.data_type {
            FLOAT => decode!(f32, proto.float_data, f32, Tensor::Float),
            DOUBLE => decode!(f64, proto.double_data, f32, Tensor::Float),
            FLOAT16 => halves(proto, f16::from_bits, shape).ok_or_else(|| wrong_size(halves_held(proto))),
            BFLOAT16 => halves(proto, bf16::from_bits, shape).ok_or_else(|| wrong_size(halves_held(proto))),
            INT64 => decode!(i64, proto.int64_data, i64, Tensor::Int),
            INT32 => decode!(i32, proto.int32_data, i64, Tensor::Int),
            other => match usize::try_from(other).ok().and_then(|other| DATA_TYPES.get(other)) {
                Some(name) => Err((
                    format!("its elements are of type {name}"),
                    "export a model of floating-point numbers that is not quantised",
                )),
                None => Err((format!("its element type {other} is unknown"), "export the model again")),
            },
        }
    }
}

/// Numbers of 16 bits that a tensor holds: raw, or each in an integer of its own.
fn halves_held(proto: &TensorProto) -> usize {
    if proto.raw_data.is_empty() { proto.int32_data.len() } else { proto.raw_data.len() / 2 }
}

/// The numbers of 16 bits, read by `number`, if they are as many as the shape says.
fn halves<H: Into<f32>>(proto: &TensorProto, number: fn(u16) -> H, shape: IxDyn) -> Option<Tensor> {
    let values: Vec<f32> = if proto.raw_data.is_empty() {
        proto.int32_data.iter().map(|&bits| number(bits as u16).into()).collect()
    } else {
        let pairs = proto.raw_data.chunks_exact(2);
        pairs.remainder().is_empty().then_some(())?;
        pairs.map(|pair| number(u16::from_le_bytes([pair[0], pair[1]])).into()).collect()
    };
    ArrayD::from_shape_vec(shape, values).ok().map(Tensor::Float)
}
