//! The folding solver on the digits network: budgets, fixed folds and targets are kept, and equal questions have equal answers.

use std::collections::BTreeMap;
use std::path::Path;

use support::digits;
use volley::Core;
use volley::board::Board;
use volley::data;
use volley::fixed_point::{Network, ThresholdMode};
use volley::fpga::{Family, Resources};
use volley::model::Model;
use volley::schedule::solver::{FixedFold, Task, fixed_folds, solve};
use volley::schedule::{self, Activity, Figures, Folding, PlanFile};

/// The digits network and what happens in a few of its frames.
struct Case {
    network: Network,
    frames: Vec<Activity>,
    fixed: BTreeMap<String, FixedFold>,
    family: Family,
}

impl Case {
    fn new() -> Case {
        let network = digits::quantised(4, 1, ThresholdMode::Exact);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/calibration.npz");
        let images = data::read(&path, Some(8)).unwrap();
        let model = Model::new(&network).unwrap();
        let frames =
            images.pixels.outer_iter().map(|image| Activity::of(&network, image, &model.trace(image))).collect();
        Case { network, frames, fixed: BTreeMap::new(), family: Family::Ecp5 }
    }

    fn solve(&self, budget: Resources, limit: Option<u64>) -> volley::Result<Folding> {
        solve(
            Task { network: &self.network, frames: &self.frames, family: self.family, budget, fixed: &self.fixed },
            limit,
        )
    }

    fn figures(&self, folding: &Folding) -> Figures {
        let plan = schedule::plan(&self.network, folding).unwrap();
        Figures::new(&self.network, &plan, &self.frames, self.family).unwrap()
    }

    fn best(&self, budget: Resources) -> Figures {
        self.figures(&self.solve(budget, None).unwrap())
    }
}

/// A share of the ULX3S.
fn budget(luts: f64, multipliers: f64, block_rams: f64) -> Resources {
    let all = Board::find("ulx3s-85f").unwrap().resources();
    Resources {
        luts: luts * all.luts,
        flip_flops: all.flip_flops,
        multipliers: multipliers * all.multipliers,
        block_rams: block_rams * all.block_rams,
    }
}

/// The largest share of a budget that a resource takes.
fn fullest(need: Resources, budget: Resources) -> f64 {
    let share = |need: f64, budget: f64| if need == 0.0 { 0.0 } else { need / budget };
    [
        share(need.luts, budget.luts),
        share(need.flip_flops, budget.flip_flops),
        share(need.multipliers, budget.multipliers),
        share(need.block_rams, budget.block_rams),
    ]
    .into_iter()
    .fold(0.0, f64::max)
}

#[test]
fn no_budget_is_exceeded_and_less_of_any_is_never_quicker() {
    let case = Case::new();
    let mut before: Option<f64> = None;
    for luts in [1.0, 0.045, 0.04, 0.035] {
        let budget = budget(luts, 1.0, 1.0);
        let figures = case.best(budget);
        assert!(fullest(figures.total(), budget) <= 1.0, "{luts}: {:?}", figures.total());
        // A choice of half a percent is within the search's precision.
        assert!(before.is_none_or(|before| figures.cycles() >= 0.995 * before), "{luts}: {}", figures.cycles());
        before = Some(figures.cycles());
    }
    let wide = case.best(budget(1.0, 1.0, 1.0)).cycles();
    assert!(before.unwrap() > 1.5 * wide, "a thirtieth of the LUTs must cost something: {before:?} and {wide} clocks");
    // Without a block RAM or a multiplier everything is held in LUTs.
    let logic = budget(1.0, 0.0, 0.0);
    assert_eq!(fullest(case.best(logic).total(), logic).max(1.0), 1.0);
}

#[test]
fn a_board_that_is_too_small_is_refused_by_what_it_lacks() {
    let case = Case::new();
    let refused = |luts| case.solve(budget(luts, 1.0, 1.0), None).unwrap_err().to_string();
    let message = refused(0.02);
    assert!(message.starts_with("board: the core needs about ") && message.contains(" LUTs, and 1672 "), "{message}");
}

#[test]
fn fixed_folds_are_kept_and_illegal_ones_refused() {
    let mut case = Case::new();
    let all = budget(1.0, 1.0, 1.0);
    case.fixed = fixed_folds("conv_4=4x2,conv_0=3").unwrap();
    let folding = case.solve(all, None).unwrap();
    let fold = |name: &str| folding.layers[name].clone();
    assert_eq!((fold("conv_4").lanes, fold("conv_4").slices), (4, 2));
    assert_eq!(fold("conv_0").lanes, 3);
    let mut refused = |text: &str| {
        case.fixed = fixed_folds(text).unwrap();
        case.solve(all, None).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refused("conv_9=4"), @"fixed folds: there is no layer 'conv_9'; the layers are conv_0, conv_4, linear_9");
    insta::assert_snapshot!(refused("conv_0=4x2"), @"layer 'conv_0': 2 slices do not share its 1 input channels evenly; choose a power of two that divides the input channels (of each group)");
    insta::assert_snapshot!(refused("linear_9=4x2"), @"layer 'linear_9': a readout has one slice and one unit; give it more lanes instead");
    let misread = |text: &str| fixed_folds(text).unwrap_err().to_string();
    insta::assert_snapshot!(misread("conv_0"), @"fixed folds: 'conv_0' cannot be read; write layer=LANES or layer=LANESxSLICES, separated by commas");
    insta::assert_snapshot!(misread("conv_0=4x3"), @"fixed folds of layer 'conv_0': it has 3 slices; choose a power of two up to 64");
    insta::assert_snapshot!(misread("conv_0=0"), @"fixed folds of layer 'conv_0': it has 0 lanes; choose 1 to 1024 lanes");
}

#[test]
fn a_target_is_met_at_less_cost_than_the_quickest() {
    let case = Case::new();
    let all = budget(1.0, 1.0, 1.0);
    let quickest = case.best(all);
    let mut before = quickest.total().luts;
    for factor in [2.0, 4.0, 8.0] {
        let limit = factor * quickest.cycles();
        let figures = case.figures(&case.solve(all, Some(limit as u64)).unwrap());
        assert!(figures.cycles() <= limit, "{factor}: {} clocks", figures.cycles());
        assert!(figures.total().luts <= before, "{factor}: {} LUTs after {before}", figures.total().luts);
        before = figures.total().luts;
    }
    assert!(before < 0.6 * quickest.total().luts);
    let error = case.solve(all, Some(100)).unwrap_err().to_string();
    assert!(
        error.starts_with("frames per second: no folding reaches 100 clocks per frame; the fastest takes "),
        "{error}"
    );
}

/// Every folding of one slice is tried: none that meets the target has a smaller largest share than what prices found, to the precision
/// of a hundredth of the budget with which they are asked.
#[test]
fn nothing_cheaper_meets_the_target() {
    let mut case = Case::new();
    let all = budget(1.0, 1.0, 1.0);
    let limit = 2000;
    let cost = |figures: &Figures| {
        let total = figures.total();
        let shares = [
            total.luts / all.luts,
            total.flip_flops / all.flip_flops,
            total.multipliers / all.multipliers,
            total.block_rams / all.block_rams,
        ];
        shares.into_iter().fold(0.0, f64::max)
    };
    let found = cost(&case.figures(&case.solve(all, Some(limit)).unwrap()));
    for conv_0 in [1, 2, 3, 4, 8] {
        for conv_4 in [1, 2, 3, 4, 6, 8, 16] {
            for linear_9 in [1, 2, 5, 10] {
                case.fixed =
                    fixed_folds(&format!("conv_0={conv_0}x1,conv_4={conv_4}x1,linear_9={linear_9}x1")).unwrap();
                if let Ok(folding) = case.solve(all, Some(limit)) {
                    let other = cost(&case.figures(&folding));
                    assert!(found <= other + 0.01, "{conv_0}, {conv_4} and {linear_9} lanes: {other} below {found}");
                }
            }
        }
    }
}

#[test]
fn a_plan_file_is_read_back_as_it_was_written_and_edited() {
    let case = Case::new();
    let folding = case.solve(budget(0.1, 1.0, 1.0), None).unwrap();
    let names: Vec<_> = folding.layers.keys().map(String::as_str).collect();
    let text = folding.to_toml("a head\nof two lines", &names, |name| format!("about {name}")).unwrap();
    let path = Path::new("plan.toml");
    assert_eq!(Folding::from_toml(&text, path).unwrap(), folding);
    // As a user edits it.
    let edited = "[layer.conv_0]\nlanes = 2\n\n[layer.conv_4]\nlanes = 4\nslices = 2\nweights = \"distributed\"\n";
    let edited = Folding::from_toml(edited, path).unwrap();
    assert_eq!((edited.of("conv_4").slices, edited.of("conv_0").lanes, edited.of("linear_9").lanes), (2, 2, 16));
    let refused = |text: &str| Folding::from_toml(text, path).unwrap_err().to_string();
    insta::assert_snapshot!(refused("[layer.conv_0]\nlanes = 2\nslice = 2\n"), @r"
    plan.toml: TOML parse error at line 3, column 1
      |
    3 | slice = 2
      | ^^^^^
    unknown field `slice`, expected one of `lanes`, `slices`, `share`, `word`, `units`, `arithmetic`, `firing`, `weights`, `buffers`; write a table [layer.NAME] for each layer, as in a plan that was written after planning
    ");
    insta::assert_snapshot!(refused("[layer.conv_0]\nlanes = 2\nslices = 3\n"), @"plan.toml: [layer.conv_0]: it has 3 slices; choose a power of two up to 64");
}

/// The clock that a plan was made for is kept, also in the folder of its core, and it is a clock.
#[test]
fn a_plan_and_its_core_keep_their_clock() {
    let path = Path::new("plan.toml");
    let read = |clock: &str| PlanFile::read(&format!("network = \"digits\"\n{clock}\n[default]\nlanes = 2\n"), path);
    assert_eq!(read("").unwrap().clock_mhz, None);
    assert_eq!(read("clock_mhz = 65").unwrap().clock_mhz, Some(65.0));
    assert_eq!(read("clock_mhz = 62.5").unwrap().clock_mhz, Some(62.5));
    for impossible in ["0", "-1.5", "nan", "inf", "\"65\""] {
        let error = read(&format!("clock_mhz = {impossible}")).unwrap_err().to_string();
        assert!(error.contains("clock_mhz: it is not a positive number of MHz"), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let rtl = folder.path().join("rtl");
    let mut core = Core::open(concat!(env!("CARGO_MANIFEST_DIR"), "/rtl-out/digits")).unwrap();
    assert_eq!(core.design.manifest.clock_mhz, None);
    core.design.manifest.clock_mhz = Some(62.5);
    core.write(&rtl).unwrap();
    assert_eq!(Core::open(&rtl).unwrap(), core);
    let manifest = std::fs::read_to_string(rtl.join("core.toml")).unwrap();
    std::fs::write(rtl.join("core.toml"), manifest.replace("62.5", "-62.5")).unwrap();
    let error = Core::open(&rtl).unwrap_err().to_string();
    assert!(error.contains("clock_mhz: it is not a positive number of MHz"), "{error}");
}

#[test]
fn equal_questions_have_equal_answers() {
    let case = Case::new();
    for luts in [0.04, 0.5] {
        let [one, other] = [0, 1].map(|_| case.solve(budget(luts, 1.0, 1.0), None).unwrap());
        assert_eq!(one, other);
    }
    let names = ["conv_0", "conv_4", "linear_9"];
    let folding = case.solve(budget(0.04, 1.0, 1.0), None).unwrap();
    insta::assert_snapshot!(
        "digits_plan",
        folding.to_toml("Four percent of the LUTs.", &names, |_| "".into()).unwrap()
    );
}
