//! In the registers.

use super::Fault;

const FILE: &str = "volley_accelerator_registers.v";
const BENCH: &str = "accelerator_registers";

pub const FAULTS: &[Fault] = &[
    // A score of a lost frame is taken for one of the frames inside; a frame that comes as another goes; a frame that
    // is not alone in the core is timed; the first pixel after a reset is not a frame's first.
    Fault { file: FILE, from: "leaves && !enters && !nothing", to: "leaves && !enters", bench: BENCH },
    Fault { file: FILE, from: "enters && !leaves", to: "enters", bench: BENCH },
    Fault { file: FILE, from: "timed_reg <= nothing;", to: "timed_reg <= 1'b1;", bench: BENCH },
    Fault {
        file: FILE,
        from: "            first_reg  <= 1'b1;\n            inside_reg <= 8'd0;",
        to: "            inside_reg <= 8'd0;",
        bench: BENCH,
    },
    // Waiting: for a pixel between frames, for a pixel or the sink not at all, while an engine works, by the first engine alone.
    Fault {
        file: FILE,
        from: "pixel_ready && !pixel_valid && !first_reg",
        to: "pixel_ready && !pixel_valid",
        bench: BENCH,
    },
    Fault { file: FILE, from: "wants || offers;", to: "offers;", bench: BENCH },
    Fault { file: FILE, from: "wants || offers;", to: "wants;", bench: BENCH },
    Fault { file: FILE, from: "(!held_reg || |works_reg)", to: "!held_reg", bench: BENCH },
    Fault { file: FILE, from: "|works_reg)", to: "works_reg[0])", bench: BENCH },
    // The last clock of a frame is left out; the clocks of the frame before are kept; clocks without a frame count.
    Fault { file: FILE, from: "latency_reg <= timer_next;", to: "latency_reg <= timer_reg;", bench: BENCH },
    Fault { file: FILE, from: "begins_reg ? 32'd0 : timer_next", to: "timer_next", bench: BENCH },
    Fault { file: FILE, from: "inside_core_reg && (!held_reg", to: "(!held_reg", bench: BENCH },
    // Events without a frame, five of six, a count that is not cleared, writing that does not wait for the loader, a
    // load without a loader, two bits of the status.
    Fault { file: FILE, from: "padded[6*g+n] && busy};", to: "padded[6*g+n]};", bench: BENCH },
    Fault { file: FILE, from: "n < 6;", to: "n < 5;", bench: BENCH },
    Fault {
        file: FILE,
        from: "            link_errors_reg <= 16'd0;\n        end\n        if (rst)",
        to: "        end\n        if (rst)",
        bench: BENCH,
    },
    Fault { file: FILE, from: "register_ready = !load_valid_reg;", to: "register_ready = 1'b1;", bench: BENCH },
    Fault {
        file: FILE,
        from: "register_addr == LOAD_START && LOADABLE != 0;",
        to: "register_addr == LOAD_START;",
        bench: BENCH,
    },
    Fault {
        file: FILE,
        from: "frame_error, weights_valid, busy}",
        to: "weights_valid, frame_error, busy}",
        bench: BENCH,
    },
    // Interrupts: one that happens while it is cleared is lost, an error that lasts comes again and again, nothing is masked.
    Fault {
        file: FILE,
        from: "(happened_reg & ~clears) | happens;",
        to: "(happened_reg | happens) & ~clears;",
        bench: BENCH,
    },
    Fault { file: FILE, from: "frame_error && !frame_error_reg,", to: "frame_error,", bench: BENCH },
    Fault { file: FILE, from: "|(happened_reg & enable_reg);", to: "|happened_reg;", bench: BENCH },
];
