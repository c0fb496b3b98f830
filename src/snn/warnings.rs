//! Where a network differs from the network that it was converted from, for the user.

use super::{Network, Op, PoolKind};

impl Network {
    /// One sentence for each node that is only approximate; empty if none is.
    pub fn warnings(&self) -> Vec<String> {
        let maximum = |op: &Op| matches!(op, Op::Pool(pool) if pool.kind == PoolKind::Max);
        let pools = self.nodes.iter().filter(|node| self.timesteps > 1 && maximum(&node.op));
        let text = |name: &str| {
            format!(
                "pool '{name}' takes the maximum per time step, which equals the maximum of the activations only at \
                 T = 1"
            )
        };
        pools.map(|node| text(&node.name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    #[test]
    fn a_maximum_over_several_steps_is_named() {
        let maximum = |network: &Network| {
            let mut pools = network.nodes.iter().filter(|node| match &node.op {
                Op::Pool(pool) => pool.kind == PoolKind::Max,
                Op::Layer(_) => false,
            });
            pools.next().map(|node| node.name.clone())
        };
        let networks = (0..).map(|seed| random::network(seed, &random::Options::default()));
        let (mut network, name) =
            networks.filter_map(|network| maximum(&network).map(|name| (network, name))).next().unwrap();
        network.timesteps = 1;
        assert!(network.warnings().is_empty());
        network.timesteps = 2;
        let warnings = network.warnings();
        assert!(warnings[0].starts_with(&format!("pool '{name}' takes the maximum per time step")), "{warnings:?}");
    }
}
