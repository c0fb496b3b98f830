//! Types of an array's elements, as NumPy names them, and their values.

use half::f16;

/// What the bits of an element mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Bool,
    Unsigned,
    Signed,
    Float,
}

/// The type of an array's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    pub class: Class,
    /// 1, 2, 4 or 8.
    pub bytes: usize,
    /// Whether the high byte is first.
    big: bool,
}

impl Element {
    /// The bytes of most images.
    pub const BYTE: Element = Element { class: Class::Unsigned, bytes: 1, big: false };

    /// By NumPy's name, for instance `<f4`; `None` for what is not a real number.
    pub fn parse(name: &str) -> Option<Element> {
        let rest = name.trim_start_matches(['<', '>', '=', '|']);
        let (class, sizes): (_, &[usize]) = match rest.chars().next()? {
            'b' => (Class::Bool, &[1]),
            'u' => (Class::Unsigned, &[1, 2, 4, 8]),
            'i' => (Class::Signed, &[1, 2, 4, 8]),
            'f' => (Class::Float, &[2, 4, 8]),
            _ => return None,
        };
        let bytes = rest[1..].parse().ok().filter(|bytes| sizes.contains(bytes))?;
        Some(Element { class, bytes, big: bytes > 1 && name.starts_with('>') })
    }

    /// The name in NumPy's functions.
    pub fn name(self) -> String {
        let bits = 8 * self.bytes;
        match self.class {
            Class::Bool => "bool".into(),
            Class::Unsigned => format!("uint{bits}"),
            Class::Signed => format!("int{bits}"),
            Class::Float => format!("float{bits}"),
        }
    }

    /// The value of an element's bytes; 0 or 1 for a bool. Of integers beyond 2⁵³ the nearest float.
    pub fn value(self, element: &[u8]) -> f64 {
        let join = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let bits = if self.big { element.iter().fold(0, join) } else { element.iter().rev().fold(0, join) };
        match self.class {
            Class::Bool => f64::from(u8::from(bits != 0)),
            Class::Unsigned => bits as f64,
            Class::Signed => {
                let unused = 64 - 8 * self.bytes;
                ((bits << unused).cast_signed() >> unused) as f64
            }
            Class::Float => match self.bytes {
                2 => f16::from_bits(bits as u16).to_f64(),
                4 => f64::from(f32::from_bits(bits as u32)),
                _ => f64::from_bits(bits),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_numpy_in_both_byte_orders() {
        let value = |name: &str, bytes: &[u8]| Element::parse(name).unwrap().value(bytes);
        assert_eq!(value("|u1", &[255]), 255.0);
        assert_eq!(value("|b1", &[1]), 1.0);
        assert_eq!(value("|i1", &[255]), -1.0);
        assert_eq!((value("<i2", &[0xFE, 0xFF]), value(">i2", &[0xFF, 0xFE])), (-2.0, -2.0));
        assert_eq!((value("<u4", &[1, 2, 0, 0]), value(">u4", &[0, 0, 2, 1])), (513.0, 513.0));
        assert_eq!(value("<i8", &i64::MIN.to_le_bytes()), -(2f64.powi(63)));
        assert_eq!((value("<f2", &[0x00, 0xBC]), value(">f2", &[0xBC, 0x00])), (-1.0, -1.0));
        assert_eq!(
            (value("<f4", &0.1f32.to_le_bytes()), value(">f4", &0.1f32.to_be_bytes())),
            (0.1f32.into(), 0.1f32.into())
        );
        assert_eq!(value("<f8", &(-0.1f64).to_le_bytes()), -0.1);
    }

    #[test]
    fn what_is_no_real_number_has_no_element() {
        for name in ["", "|O", "<c8", "<M8[ns]", "|S5", "<U3", "<f16", "<i3", "<u", "u1x", "<é4"] {
            assert_eq!(Element::parse(name), None, "{name}");
        }
        assert_eq!(Element::parse("<f2").unwrap().name(), "float16");
    }
}
