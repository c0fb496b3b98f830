// A simulated board: the whole top of a board, Verilated, whose serial line is a pseudo-terminal.
//
// The line is driven and read bit by bit at the board's pins, CLOCKS clocks a bit. "port PATH" is printed once the other end can
// be opened. The program ends when its standard input does, so it never outlives the program that started it.
//
// +clocks=N   of a bit, as the top was built with

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <string>
#include <termios.h>
#include <unistd.h>

#include "Vvolley_simulated_board.h"
#include "verilated.h"

// A pseudo-terminal whose other end stays open here, too: it looks the same whether or not a host has it open.
class Terminal {
public:
    Terminal() : master_{posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)} {
        if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) fail("there is no pseudo-terminal");
        path_ = ptsname(master_);
        slave_ = open(path_.c_str(), O_RDWR | O_NOCTTY);
        termios settings;
        if (slave_ < 0 || tcgetattr(slave_, &settings) != 0) fail("the pseudo-terminal cannot be opened");
        cfmakeraw(&settings);
        if (tcsetattr(slave_, TCSANOW, &settings) != 0) fail("the pseudo-terminal cannot be set");
    }

    const std::string& path() const { return path_; }

    // Bytes that the host has sent go to `bytes`. Waits for them as long as `milliseconds`.
    void receive(std::deque<std::uint8_t>& bytes, int milliseconds) {
        pollfd waiting[2] = {{master_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        if (poll(waiting, 2, milliseconds) <= 0) return;
        std::uint8_t buffer[4096];
        if (waiting[1].revents != 0 && read(STDIN_FILENO, buffer, sizeof buffer) <= 0) std::exit(0);
        if ((waiting[0].revents & POLLIN) == 0) return;
        const ssize_t count = read(master_, buffer, sizeof buffer);
        if (count > 0) bytes.insert(bytes.end(), buffer, buffer + count);
    }

    // As on a real line, what nobody reads is lost once there is no space for it.
    void send(std::uint8_t byte) {
        if (write(master_, &byte, 1) < 0 && errno != EAGAIN) fail("the pseudo-terminal is gone");
    }

private:
    [[noreturn]] static void fail(const char* what) {
        std::perror(what);
        std::exit(1);
    }

    int master_;
    int slave_;
    std::string path_;
};

// What the host's UART does to the board's input pin.
class LineDriver {
public:
    explicit LineDriver(int clocks) : clocks_{clocks} {}
    bool resting() const { return bits_ == 0; }
    void begin(std::uint8_t byte) {
        shift_ = (0x100u | byte) << 1;  // stop bit, data, start bit
        bits_ = 10;
        left_ = clocks_;
    }
    bool level() const { return bits_ == 0 || (shift_ & 1u) != 0; }
    void clock() {
        if (bits_ == 0 || --left_ > 0) return;
        left_ = clocks_;
        shift_ >>= 1;
        --bits_;
    }

private:
    int clocks_;
    int left_ = 0;
    int bits_ = 0;
    unsigned shift_ = 0;
};

// What the host's UART reads of the board's output pin.
class LineReader {
public:
    explicit LineReader(int clocks) : clocks_{clocks} {}
    bool resting() const { return bits_ == 0; }
    // Whether a byte has ended in this clock.
    bool clock(bool level) {
        if (bits_ == 0) {
            if (level) return false;
            bits_ = 10;
            left_ = clocks_ / 2;
        }
        if (--left_ > 0) return false;
        left_ = clocks_;
        --bits_;
        if (bits_ == 9) {
            if (level) bits_ = 0;  // no start bit after all
            return false;
        }
        if (bits_ > 0) {
            byte_ = static_cast<std::uint8_t>(byte_ >> 1 | (level ? 0x80 : 0));
            return false;
        }
        return level;
    }
    std::uint8_t byte() const { return byte_; }

private:
    int clocks_;
    int left_ = 0;
    int bits_ = 0;
    std::uint8_t byte_ = 0;
};

int main(int argc, char** argv) {
    const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    context->commandArgs(argc, argv);
    const std::unique_ptr<Vvolley_simulated_board> board{new Vvolley_simulated_board{context.get()}};
    const std::string given = context->commandArgsPlusMatch("clocks=");
    const int clocks = given.empty() ? 0 : std::atoi(given.c_str() + 8);  // "+clocks=N"
    if (clocks < 4) {
        std::fprintf(stderr, "+clocks=N is missing, or less than 4\n");
        return 2;
    }

    Terminal terminal;
    LineDriver driver{clocks};
    LineReader reader{clocks};
    std::deque<std::uint8_t> to_board;
    // Clocks between two looks at the terminal. When the line has been silent for a while, a look waits a little, so an
    // idle board leaves the processor alone.
    constexpr int LOOK = 64;
    constexpr int QUIET = 100000;
    int until_look = LOOK;
    int quiet = 0;

    std::printf("port %s\n", terminal.path().c_str());
    std::fflush(stdout);

    board->oscillator = 0;
    board->serial_in = 1;
    board->eval();
    while (!context->gotFinish()) {
        if (--until_look == 0) {
            until_look = quiet > QUIET ? 16 * LOOK : LOOK;
            terminal.receive(to_board, quiet > QUIET ? 1 : 0);
        }
        if (driver.resting() && !to_board.empty()) {
            driver.begin(to_board.front());
            to_board.pop_front();
        }
        board->serial_in = driver.level();
        board->oscillator = 1;
        context->timeInc(5);
        board->eval();
        board->oscillator = 0;
        context->timeInc(5);
        board->eval();
        driver.clock();
        if (reader.clock(board->serial_out != 0)) terminal.send(reader.byte());
        quiet = driver.resting() && reader.resting() ? quiet + (quiet <= QUIET ? 1 : 0) : 0;
    }
    board->final();
    return 0;
}
