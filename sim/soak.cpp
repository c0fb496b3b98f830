// Soaks a Verilated device (docs/host-protocol.md, registers): streams frames under random stalls, resets it at random moments, and
// compares every score. Nothing may leak from one frame into another, and after a reset the next frame is right.
//
//     soak FRAMES.bin SCORES.bin EVENTS.bin BYTES CLASSES ANSWERS SEED
//
// FRAMES has BYTES bytes a frame, SCORES has CLASSES words a frame, EVENTS a word a frame; they come round until ANSWERS frames have
// been answered. About one frame of sixteen is cut off by a reset: by CONTROL, or by `rst` for a single clock.
//
// Every 50 answers the device is left to run empty, and its counters must be those that were counted here: FRAMES_IN, FRAMES_OUT,
// EVENTS, OUTPUT_STALLS, and a STATUS without anything in the core. The last line is PASS or FAIL with what was seen.

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "Vdevice.h"
#include "verilated.h"

namespace {

enum Register : std::uint8_t { STATUS = 10, CONTROL = 11, FRAMES_IN = 12, FRAMES_OUT = 13, EVENTS = 16, OUTPUT_STALLS = 18 };
constexpr std::uint32_t RESET = 1, CLEAR = 2, WEIGHTS_VALID = 2;
// Clocks in which nothing moves, after which the device is stuck.
constexpr std::uint64_t IDLE_LIMIT = 2'000'000;
constexpr std::uint64_t ANSWERS_BETWEEN_CHECKS = 50;

[[noreturn]] void fail(const char* format, ...) {
    std::printf("FAIL ");
    va_list arguments;
    va_start(arguments, format);
    std::vprintf(format, arguments);
    va_end(arguments);
    std::printf("\n");
    std::exit(1);
}

template <typename T>
std::vector<T> read(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("%s cannot be read", path);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    std::vector<T> values(bytes.size() / sizeof(T));
    std::copy_n(bytes.data(), values.size() * sizeof(T), reinterpret_cast<char*>(values.data()));
    return values;
}

class Soak {
  public:
    Soak(char** arguments)
        : frames_(read<std::uint8_t>(arguments[1])),
          scores_(read<std::uint32_t>(arguments[2])),
          events_(read<std::uint32_t>(arguments[3])),
          bytes_(std::strtoull(arguments[4], nullptr, 10)),
          classes_(std::strtoull(arguments[5], nullptr, 10)),
          wanted_(std::strtoull(arguments[6], nullptr, 10)),
          random_(std::strtoull(arguments[7], nullptr, 10)) {
        context_.randReset(2);
        context_.randSeed(static_cast<int>(std::strtol(arguments[7], nullptr, 10)));
        device_ = std::make_unique<Vdevice>(&context_);
    }

    int run() {
        device_->rst = 1;
        for (int n = 0; n < 8; ++n) clock();
        device_->rst = 0;
        draw_stalls();
        draw_cut();
        std::uint64_t idle = 0;
        while (answers_ < wanted_) {
            const bool sending = answers_ - checked_ + inside_.size() < ANSWERS_BETWEEN_CHECKS;
            idle = stream(sending) ? 0 : idle + 1;
            if (idle > IDLE_LIMIT) fail("nothing moved for %llu clocks in frame %llu", number(idle), number(next_));
            if (cut_ > 0 && sending && --cut_ == 0) cut_off();
            if (!sending && inside_.empty() && at_ == 0 && !offered_) check();
        }
        std::printf("PASS %llu answers, %llu resets by CONTROL, %llu by rst, %llu frames cut off, %llu checks of counters, "
                    "%llu clocks\n", number(answers_), number(control_resets_), number(pin_resets_), number(lost_), number(checks_),
                    number(clocks_));
        return 0;
    }

  private:
    static unsigned long long number(std::uint64_t value) { return value; }

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    // One clock with what is on the inputs; outputs are those before its edge afterwards.
    void clock() {
        device_->clk = 1;
        device_->eval();
        device_->clk = 0;
        device_->eval();
        ++clocks_;
    }

    // A clock of both streams; whether anything moved.
    bool stream(bool sending) {
        // An offer stays until it is taken; a frame that has begun is sent to its end.
        offered_ = offered_ || ((sending || at_ > 0) && below(100) >= source_stall_);
        const std::size_t frame = next_ % events_.size();
        device_->s_axis_tvalid = offered_;
        device_->s_axis_tdata = frames_[frame * bytes_ + at_];
        device_->s_axis_tlast = at_ + 1 == bytes_;
        device_->m_axis_tready = below(100) >= sink_stall_;
        device_->eval();
        const bool taken = offered_ && device_->s_axis_tready;
        const bool left = device_->m_axis_tvalid && device_->m_axis_tready;
        if (left) score();
        output_stalls_ += device_->m_axis_tvalid && !device_->m_axis_tready;
        clock();
        if (taken) {
            offered_ = false;
            if (++at_ == bytes_) {
                at_ = 0;
                inside_.push_back(frame);
                ++next_;
                ++entered_;
                expected_events_ += events_[frame];
                draw_cut();
            }
        }
        return taken || left;
    }

    void score() {
        // A frame's scores may begin before its last pixel is in: then it is the one that is being sent.
        const std::size_t frame = inside_.empty() ? next_ % events_.size() : inside_.front();
        const std::uint32_t expected = scores_[frame * classes_ + label_];
        if (device_->m_axis_tdata != expected || device_->m_axis_tlast != (label_ + 1 == classes_)) {
            fail("frame %zu after %llu answers and %llu resets: score %zu is %08x, not %08x, or tlast is wrong", frame, number(answers_),
                 number(control_resets_ + pin_resets_), label_, device_->m_axis_tdata, expected);
        }
        if (++label_ < classes_) return;
        label_ = 0;
        if (inside_.empty()) fail("the last score of frame %zu came before its last pixel", frame);
        inside_.pop_front();
        ++answers_;
        ++left_;
        if (answers_ % 64 == 0) draw_stalls();
    }

    void draw_stalls() {
        const std::uint64_t shares[] = {0, 0, 10, 40, 80};
        source_stall_ = shares[below(5)];
        sink_stall_ = shares[below(5)];
    }

    // Some frames are cut off by a reset, any number of clocks from here up to a few frames.
    void draw_cut() {
        if (cut_ == 0 && below(16) == 0) cut_ = 1 + below(clocks_ / (entered_total_ + 1) * 3 + 4 * bytes_);
        ++entered_total_;
    }

    std::uint32_t look(Register which) {
        device_->s_axis_tvalid = 0;
        device_->m_axis_tready = 0;
        device_->register_addr = which;
        clock();
        return device_->register_rdata;
    }

    void control(std::uint32_t bits) {
        device_->s_axis_tvalid = 0;
        device_->m_axis_tready = 0;
        device_->register_addr = CONTROL;
        device_->register_wdata = bits;
        device_->register_write = 1;
        device_->eval();
        while (!device_->register_ready) clock();
        clock();
        device_->register_write = 0;
    }

    // A reset with frames in the core: they are lost, the counters are not. `rst` takes these, too.
    void cut_off() {
        const bool pin = below(4) == 0;
        if (pin) {
            device_->s_axis_tvalid = 0;
            device_->m_axis_tready = 0;
            device_->rst = 1;
            clock();
            device_->rst = 0;
            ++pin_resets_;
        } else {
            control(RESET);
            ++control_resets_;
        }
        for (int n = 0; n < 3; ++n) clock();
        const std::uint32_t in = look(FRAMES_IN), out = look(FRAMES_OUT), status = look(STATUS);
        // The last byte of a frame may still have been on its way into the core.
        const bool in_is_right = pin ? in == 0 : in == entered_ || in + 1 == entered_;
        if (!in_is_right || out != (pin ? 0 : left_) || status != WEIGHTS_VALID) {
            fail("after a reset FRAMES_IN is %u of %llu, FRAMES_OUT %u of %llu, STATUS %u", in, number(entered_), out, number(left_),
                 status);
        }
        lost_ += inside_.size() + (at_ > 0 || offered_);
        next_ += at_ > 0 || offered_;
        inside_.clear();
        at_ = label_ = 0;
        offered_ = false;
        clear();
    }

    void clear() {
        control(CLEAR);
        entered_ = left_ = expected_events_ = output_stalls_ = 0;
        // The counters are 0 from the second clock on.
        clock();
    }

    void check() {
        for (int n = 0; n < 8; ++n) clock();
        const std::uint32_t found[] = {look(FRAMES_IN), look(FRAMES_OUT), look(EVENTS), look(OUTPUT_STALLS), look(STATUS)};
        const std::uint64_t counted[] = {entered_, left_, expected_events_, output_stalls_, WEIGHTS_VALID};
        const char* names[] = {"FRAMES_IN", "FRAMES_OUT", "EVENTS", "OUTPUT_STALLS", "STATUS"};
        for (int n = 0; n < 5; ++n) {
            if (found[n] != static_cast<std::uint32_t>(counted[n])) {
                fail("after %llu answers %s is %u, and %llu were counted", number(answers_), names[n], found[n], number(counted[n]));
            }
        }
        ++checks_;
        checked_ = answers_;
        clear();
    }

    const std::vector<std::uint8_t> frames_;
    const std::vector<std::uint32_t> scores_;
    const std::vector<std::uint32_t> events_;
    const std::size_t bytes_;
    const std::size_t classes_;
    const std::uint64_t wanted_;
    std::mt19937_64 random_;
    VerilatedContext context_;
    std::unique_ptr<Vdevice> device_;

    std::uint64_t next_ = 0;             // frame that is being sent, or the next one
    std::size_t at_ = 0;                 // its bytes that were taken
    bool offered_ = false;               // the next byte is on the input
    std::deque<std::size_t> inside_;     // frames that were sent and not answered
    std::size_t label_ = 0;              // scores of the first of them
    std::uint64_t source_stall_ = 0, sink_stall_ = 0;  // percent
    std::uint64_t cut_ = 0;              // clocks until a reset; 0: none is planned
    std::uint64_t clocks_ = 0, answers_ = 0, checked_ = 0, entered_total_ = 0;
    std::uint64_t control_resets_ = 0, pin_resets_ = 0, lost_ = 0, checks_ = 0;
    // Since the counters were cleared.
    std::uint64_t entered_ = 0, left_ = 0, expected_events_ = 0, output_stalls_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 8) fail("usage: soak FRAMES.bin SCORES.bin EVENTS.bin BYTES CLASSES ANSWERS SEED");
    return Soak(argv).run();
}
