//! The boards that are part of the program.

macro_rules! boards {
    ($($name:literal),+ $(,)?) => {
        /// (name, text of its file).
        pub(super) const BOARDS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../constraints/", $name, ".toml")))),+];
    };
}

boards!(
    "alchitry-cu",
    "arty-a7-100t",
    "arty-a7-35t",
    "basys3",
    "ecp5-evn",
    "hx8k-breakout",
    "icebreaker",
    "nexys-a7-100t",
    "pynq-z2",
    "ulx3s-12f",
    "ulx3s-85f",
    "zcu104",
);
