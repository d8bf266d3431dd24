/*
 * The runtime's life: it starts, runs main.py of the image, gives the prompt if one is wanted, and its result is the
 * machine's exit status. Everything before the app's first bytecode costs boot time, so nothing is done here that can
 * be done later.
 */
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/objmodule.h"
#include "py/persistentcode.h"
#include "py/runtime.h"
#include "unikernel/background.h"
#include "unikernel/console.h"
#include "unikernel/machine.h"
#include "unikernel/memory.h"
#include "unikernel/prompt.h"
#include "unikernel/trace.h"

#include "port.h"

extern const byte main_start[], main_end[]; /* of main.mpy among the image's files: image.ld */

enum { STATUS_FAILED = 1, STATUS_MASK = 255, CONTROL_C = 3 };

const char help_text[] = "MicroPython on a machine of its own.\n"
                         "\n"
                         "  help('modules')   what can be imported\n"
                         "  unikernel         the machine: devices(), device(name), channel(name),\n"
                         "                    memory(), parameters(), manifest(), trace(), mark(name),\n"
                         "                    reseed(), exit(status), restart()\n"
                         "  Ctrl-C            interrupts what runs\n"
                         "  Ctrl-D            on an empty line: ends the machine\n"
                         "  Ctrl-E            paste mode\n";

void runtime_start(void) {
    struct memory_range stack = memory_stack();
    mp_cstack_init_with_top((void *)(stack.start + stack.bytes), stack.bytes);
    heap_init();
    mp_init();
    background_set_hook(interrupt_schedule_background);
}

static int status_of_exit(mp_obj_t exception) {
    mp_obj_t value = mp_obj_exception_get_value(exception);
    mp_int_t status;
    if (value == mp_const_none) {
        return 0;
    }
    if (mp_obj_get_int_maybe(value, &status)) {
        return status & STATUS_MASK;
    }
    mp_obj_print_helper(&mp_plat_print, value, PRINT_STR);
    mp_print_str(&mp_plat_print, "\n");
    return STATUS_FAILED;
}

static bool is_exit(const mp_obj_base_t *exception) {
    return mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(exception->type), MP_OBJ_FROM_PTR(&mp_type_SystemExit));
}

static int status_of_exception(mp_obj_base_t *exception) {
    if (is_exit(exception)) {
        return status_of_exit(MP_OBJ_FROM_PTR(exception));
    }
    mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(exception));
    return STATUS_FAILED;
}

/* What was typed at the prompt has ended, as upstream's pyexec.c reports. */

static bool exited;
static int exit_status;

void run_ended(void *exception) {
    interrupt_run_ended();
    exited = exception != NULL && is_exit(exception);
    if (exited) {
        exit_status = status_of_exit(MP_OBJ_FROM_PTR(exception));
    }
}

bool run_exit_status(int *status) {
    bool ended = exited;
    exited = false;
    *status = exit_status;
    return ended;
}

/* The collector takes the reader back one day; to free it at once would cost time on the way to the first line. */
static void reader_leave(void *reader) {
    (void)reader;
}

static mp_obj_t main_function(size_t main_bytes) {
    mp_reader_t reader;
    mp_reader_new_mem(&reader, main_start, main_bytes, MP_READER_IS_ROM);
    reader.close = reader_leave;
    mp_compiled_module_t module;
    module.context = m_new_obj(mp_module_context_t);
    module.context->module.base.type = &mp_type_module;
    module.context->module.globals = mp_globals_get();
    mp_raw_code_load(&reader, &module);
    return mp_make_function_from_proto_fun(module.rc, module.context, MP_OBJ_NULL);
}

static int app_run(void) {
    const bool mounted = rom_mount();
    const size_t main_bytes = (uintptr_t)main_end - (uintptr_t)main_start;
    if (!mounted || main_bytes == 0) {
        console_print(mounted ? "This image has no app: main.mpy is not among its files.\n"
                              : "This image has no files: add the device RomFiles to the stack, it carries main.py.\n");
        return STATUS_FAILED;
    }
    nlr_buf_t nlr;
    int status = 0;
    mp_hal_set_interrupt_char(CONTROL_C);
    interrupt_run_begins();
    if (nlr_push(&nlr) == 0) {
        mp_obj_t main = main_function(main_bytes);
        trace_phase("app");
        mp_call_function_0(main);
        mp_handle_pending(true);
        nlr_pop();
        interrupt_run_ended();
    } else {
        interrupt_run_ended();
        status = status_of_exception(nlr.ret_val);
    }
    return status;
}

/* Calls what sys.atexit was given last. An exception in it is shown, and leaves the status as it is. */
static void exit_function_run(void) {
    mp_obj_t function = MP_STATE_VM(sys_exitfunc);
    if (!mp_obj_is_callable(function)) {
        return;
    }
    nlr_buf_t nlr;
    interrupt_run_begins();
    if (nlr_push(&nlr) == 0) {
        mp_call_function_0(function);
        nlr_pop();
        interrupt_run_ended();
    } else {
        interrupt_run_ended();
        status_of_exception(nlr.ret_val);
    }
}

static bool prompt_wanted(struct device *prompt) {
    size_t length;
    const char *value = memory_command_line(ABI_KEY_PROMPT, &length);
    if (value != NULL && length > 0) {
        return *value == '1';
    }
    return prompt != NULL && ((const struct prompt_operations *)prompt->driver->operations)->after_app(prompt);
}

int app_main(void) {
    trace_phase("python");
    runtime_start();
    int status = app_run();
    struct device *prompt = device_providing(INTERFACE_PROMPT);
    if (prompt_wanted(prompt)) {
        if (prompt == NULL) {
            console_print("A prompt was asked for, but this stack has none: add the device Repl.\n");
        } else {
            status = ((const struct prompt_operations *)prompt->driver->operations)->run(prompt);
        }
    }
    exit_function_run();
    return status;
}

noreturn void nlr_jump_fail(void *value) {
    (void)value;
    machine_panic(ABI_PANIC_ASSERTION, "an exception was raised where nothing catches it");
}
