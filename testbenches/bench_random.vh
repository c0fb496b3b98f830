// The random numbers with which a bench fills its memories; included inside its module.
//
//     +seed=N
    reg [31:0] fill_state;
    // Splits the seed once (call before the first `draw`).
    task start_random;
        begin
            if (!$value$plusargs("seed=%d", fill_state)) fill_state = 1;
            fill_state = (fill_state * 32'd747796405 + 32'd2891336453) | 32'd1;
            draw;
            draw;
        end
    endtask
    // The next value of fill_state: 32 random bits, never 0.
    task draw;
        begin
            fill_state = fill_state ^ (fill_state << 13);
            fill_state = fill_state ^ (fill_state >> 17);
            fill_state = fill_state ^ (fill_state << 5);
        end
    endtask
