/*
 * The device Repl. Reading, editing, history, paste mode and the raw modes that tools speak are upstream's
 * (shared/runtime/pyexec.c); what is ours is how it ends: Ctrl-D on an empty line and sys.exit leave and end the
 * machine, while in raw mode, where tools mean "begin afresh" by both, the runtime starts again.
 */
#include "micropython/repl.h"

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.h"
#include "unikernel/prompt.h"

#include "port.h"

static int repl_init(struct device *self) {
    (void)self;
    return 0;
}

static void begin_afresh(void) {
    mp_hal_stdout_tx_str("soft reboot\r\n");
    gc_sweep_all();
    mp_deinit();
    runtime_start();
    rom_mount();
}

static int repl_run(struct device *self) {
    (void)self;
    mp_hal_set_interrupt_char(-1);
    readline_init0();
    for (;;) {
        bool raw = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL;
        int result = raw ? pyexec_raw_repl() : pyexec_friendly_repl();
        if (result & PYEXEC_FORCED_EXIT) {
            int status;
            const bool exited = run_exit_status(&status);
            if (!raw) {
                return exited ? status : 0;
            }
            begin_afresh();
        }
    }
}

static bool repl_after_app(struct device *self) {
    return ((const struct repl_parameters *)self->parameters)->after_app;
}

static const struct prompt_operations operations = {
    .run = repl_run,
    .after_app = repl_after_app,
};

const struct driver repl_driver = {
    .class_name = "Repl",
    .provides = INTERFACE_PROMPT,
    .operations = &operations,
    .init = repl_init,
};
