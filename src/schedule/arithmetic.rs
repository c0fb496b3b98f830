//! How a lane multiplies and adds: which arithmetic a family and a layer's widths allow, and what multipliers they take.
//!
//! The kinds are those of `synapse_array.v`; the conditions below are the ones in the headers of `synapse_multiplier.v` and
//! `synapse_accumulator.v`. Both pack on purpose: fields of a wide product, or of a wide sum, that belong to different
//! lanes or time steps. Every packing needs symmetric weights, within ±(2^(bits−1) − 1), as quantisation makes them.

use serde::{Deserialize, Serialize};

use crate::fpga::Family;

/// What a lane's sums are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synapse {
    /// Accumulators of a lane: T, or 1 where all time steps share a current.
    pub timesteps: u32,
    /// Bits of a count or pixel value.
    pub count_bits: u32,
    /// Whether it is signed (pixel values).
    pub count_signed: bool,
    /// Bits of a weight, signed and symmetric.
    pub weight_bits: u32,
    /// Bits of an accumulator, signed.
    pub accumulator_bits: u32,
    /// Largest left shift of a term.
    pub shift: u32,
    /// Whether events may bring a count for every lane.
    pub vector: bool,
}

/// What the lanes of a layer are built of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arithmetic {
    /// Sums of gated weights in LUTs.
    Gated,
    /// `lanes` weights and `timesteps` counts share a multiplier; sums in LUTs.
    Multiplier {
        /// Weights, of as many lanes, at a multiplier.
        lanes: u32,
        /// Counts, of as many time steps, at a multiplier.
        #[serde(alias = "steps")]
        timesteps: u32,
    },
    /// `lanes` weights share a block that holds the sums as well, one for each time step.
    Accumulator {
        /// Weights, of as many lanes, at a block.
        lanes: u32,
    },
}

impl Arithmetic {
    /// The parameters ARITHMETIC, LANES_PACKED and TIMESTEPS_PACKED of `volley_synapse_array.v`.
    pub fn parameters(self) -> [u32; 3] {
        match self {
            Arithmetic::Gated => [0, 1, 1],
            Arithmetic::Multiplier { lanes, timesteps } => [1, lanes, timesteps],
            Arithmetic::Accumulator { lanes } => [2, lanes, 1],
        }
    }

    /// Multipliers for `lanes` lanes of `timesteps` accumulators.
    pub fn multipliers(self, lanes: usize, timesteps: u32) -> usize {
        match self {
            Arithmetic::Gated => 0,
            Arithmetic::Multiplier { lanes: shared, timesteps: packed } => {
                lanes.div_ceil(shared as usize) * timesteps.div_ceil(packed) as usize
            }
            Arithmetic::Accumulator { lanes: shared } => lanes.div_ceil(shared as usize) * timesteps as usize,
        }
    }

    /// Whether one multiplier of `family` computes what this arithmetic puts into it, and computes it right.
    pub fn is_legal(self, family: Family, synapse: &Synapse) -> bool {
        let (wide, narrow) = family.ports();
        let factor = synapse.count_bits + synapse.shift;
        // Ports are signed; an unsigned count needs a sign of 0.
        let sign = u32::from(!synapse.count_signed);
        match self {
            Arithmetic::Gated => true,
            Arithmetic::Multiplier { lanes, timesteps } => {
                let field = synapse.weight_bits + factor;
                let weights = (lanes.max(1) - 1) * field + synapse.weight_bits;
                let counts = (timesteps.max(1) - 1) * lanes * field + factor + sign;
                let fits = weights.max(counts) <= wide && weights.min(counts) <= narrow;
                fits && pairs(lanes, synapse)
                    && (1..=synapse.timesteps).contains(&timesteps)
                    && (timesteps == 1 || !synapse.count_signed)
            }
            Arithmetic::Accumulator { lanes } => {
                let Some(sums) = family.accumulator() else { return false };
                let weights = (lanes.max(1) - 1) * synapse.accumulator_bits + synapse.weight_bits;
                let fits = weights <= wide && factor + sign <= narrow && lanes * synapse.accumulator_bits <= sums;
                fits && pairs(lanes, synapse)
            }
        }
    }
}

/// One lane a multiplier, or two that get the same count.
fn pairs(lanes: u32, synapse: &Synapse) -> bool {
    lanes == 1 || (lanes == 2 && !synapse.vector)
}

/// The arithmetics that `family` allows for `synapse`, those with the fewest multipliers first and gated adds last. Of two with equally
/// many, the one that keeps its sums out of the LUTs comes first.
pub fn legal(family: Family, synapse: &Synapse) -> Vec<Arithmetic> {
    let accumulators = [2, 1].map(|lanes| Arithmetic::Accumulator { lanes });
    let multipliers = [2, 1]
        .into_iter()
        .flat_map(|lanes| (1..=synapse.timesteps).map(move |timesteps| Arithmetic::Multiplier { lanes, timesteps }));
    let mut all: Vec<_> = accumulators.into_iter().chain(multipliers).collect();
    all.retain(|arithmetic| arithmetic.is_legal(family, synapse));
    // For an even number of lanes, so all pairs are whole.
    all.sort_by_key(|arithmetic| arithmetic.multipliers(2, synapse.timesteps));
    all.push(Arithmetic::Gated);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second convolution of a residual network: τ = 8, one time step.
    const RESNET: Synapse = Synapse {
        timesteps: 1,
        count_bits: 4,
        count_signed: false,
        weight_bits: 8,
        accumulator_bits: 16,
        shift: 3,
        vector: false,
    };

    #[test]
    fn pairs_accumulate_where_the_field_fits_the_port() {
        let pair = Arithmetic::Accumulator { lanes: 2 };
        let wider = Synapse { accumulator_bits: 18, ..RESNET };
        assert!(pair.is_legal(Family::Series7, &RESNET));
        assert!(pair.is_legal(Family::Series7, &Synapse { accumulator_bits: 17, ..RESNET }));
        assert!(!pair.is_legal(Family::Series7, &wider));
        assert!(pair.is_legal(Family::UltrascalePlus, &wider));
        assert!(pair.is_legal(Family::Series7, &Synapse { weight_bits: 7, ..wider }));
        assert!(!pair.is_legal(Family::Series7, &Synapse { vector: true, ..RESNET }));
        assert!(!pair.is_legal(Family::Ecp5, &RESNET));
        // Narrow weights: then the 48 bits of the sums decide.
        assert!(!pair.is_legal(Family::UltrascalePlus, &Synapse { weight_bits: 2, accumulator_bits: 25, ..RESNET }));
        assert_eq!(legal(Family::Series7, &RESNET)[0], pair);
        assert_eq!(pair.multipliers(16, 1), 8);
        assert_eq!(pair.multipliers(15, 4), 32);
    }

    #[test]
    fn products_are_packed_where_their_fields_fit_both_ports() {
        let synapse = Synapse { timesteps: 4, count_bits: 3, shift: 0, ..RESNET };
        // A field of 11 bits: two counts take 11 + 3 + 1 = 15 bits, three take 26.
        assert!(Arithmetic::Multiplier { lanes: 1, timesteps: 2 }.is_legal(Family::Ecp5, &synapse));
        assert!(Arithmetic::Multiplier { lanes: 1, timesteps: 2 }.is_legal(Family::Ice40, &synapse));
        assert!(!Arithmetic::Multiplier { lanes: 1, timesteps: 3 }.is_legal(Family::Ecp5, &synapse));
        // Two weights of 8 bits need 11 + 8 = 19.
        assert!(!Arithmetic::Multiplier { lanes: 2, timesteps: 1 }.is_legal(Family::Ecp5, &synapse));
        let narrow = Synapse { weight_bits: 7, ..synapse };
        assert!(Arithmetic::Multiplier { lanes: 2, timesteps: 1 }.is_legal(Family::Ecp5, &narrow));
        // Four products: fields of 7 bits, 11 and 18 bits on the ports.
        let narrow = Synapse { weight_bits: 4, ..synapse };
        assert!(Arithmetic::Multiplier { lanes: 2, timesteps: 2 }.is_legal(Family::Ecp5, &narrow));
        assert!(!Arithmetic::Multiplier { lanes: 2, timesteps: 2 }.is_legal(Family::Ice40, &narrow));
        assert_eq!(legal(Family::Ecp5, &narrow)[0], Arithmetic::Multiplier { lanes: 2, timesteps: 2 });
        assert_eq!(Arithmetic::Multiplier { lanes: 2, timesteps: 2 }.multipliers(5, 3), 6);
        // A shift widens every field.
        assert!(
            !Arithmetic::Multiplier { lanes: 1, timesteps: 2 }.is_legal(Family::Ecp5, &Synapse { shift: 2, ..synapse })
        );
    }

    #[test]
    fn signed_counts_are_not_packed_by_timestep() {
        let pixels = Synapse { count_bits: 9, count_signed: true, accumulator_bits: 21, shift: 0, ..RESNET };
        assert_eq!(
            legal(Family::Ecp5, &pixels),
            [Arithmetic::Multiplier { lanes: 1, timesteps: 1 }, Arithmetic::Gated]
        );
        // A pair's sums of 21 bits do not fit the port, its products of 17 do.
        let [products, sums] = legal(Family::Series7, &pixels)[..2] else { panic!("two kinds at least") };
        assert_eq!(products, Arithmetic::Multiplier { lanes: 2, timesteps: 1 });
        assert_eq!(sums, Arithmetic::Accumulator { lanes: 1 });
        let packed = Arithmetic::Multiplier { lanes: 1, timesteps: 2 };
        let narrow = Synapse { timesteps: 2, count_bits: 2, weight_bits: 3, ..pixels };
        assert!(!packed.is_legal(Family::Ecp5, &narrow));
        assert!(packed.is_legal(Family::Ecp5, &Synapse { count_signed: false, ..narrow }));
    }
}
