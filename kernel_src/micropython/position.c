/*
 * Which Python line runs, for the report of a panic. Bytecode runs in frames whose state, a mp_code_state_t, lies on
 * the stack or is pointed to from there; the first plausible one above the stack pointer is the innermost. Anything may
 * be broken by now: pointers are followed only into the heap and to code that one of its functions owns.
 */
#include <string.h>

#include "py/bc.h"
#include "py/objfun.h"
#include "py/runtime.h"
#include "unikernel/machine.h"
#include "unikernel/memory.h"

enum { BYTECODE_BYTES_MAX = 1 << 20 };

static bool in_heap(uint64_t address, size_t bytes) {
    struct memory_range heap = memory_heap();
    return address % sizeof(void *) == 0 && address >= heap.start && address - heap.start <= heap.bytes - bytes;
}

static bool is_running(const mp_code_state_t *state) {
    const mp_obj_fun_bc_t *function = state->fun_bc;
    if (!in_heap((uint64_t)function, sizeof *function)) {
        return false;
    }
    bool bytecode = function->base.type == &mp_type_fun_bc || function->base.type == &mp_type_gen_wrap;
    return bytecode && state->ip >= function->bytecode && state->ip < function->bytecode + BYTECODE_BYTES_MAX;
}

static void describe(const mp_code_state_t *state, char *file, uint32_t file_bytes, uint32_t *line) {
    const mp_module_constants_t *constants = &state->fun_bc->context->constants;
    const byte *ip = state->fun_bc->bytecode;
    MP_BC_PRELUDE_SIG_DECODE(ip);
    MP_BC_PRELUDE_SIZE_DECODE(ip);
    const byte *line_info_end = ip + n_info;
    size_t offset = state->ip - (line_info_end + n_cell);
    for (size_t i = 0; i < 1 + n_pos_args + n_kwonly_args; i++) {
        ip = mp_decode_uint_skip(ip);
    }
    *line = mp_bytecode_get_source_line(ip, line_info_end, offset);
    size_t length;
    const byte *name = qstr_data(constants->qstr_table[0], &length);
    length = length < file_bytes - 1 ? length : file_bytes - 1;
    memcpy(file, name, length);
    file[length] = '\0';
    (void)n_state;
    (void)n_exc_stack;
    (void)scope_flags;
    (void)n_def_pos_args;
}

void machine_python_position(char *file, uint32_t file_bytes, uint32_t *line, const uint64_t *stack,
                             uint64_t stack_words) {
    file[0] = '\0';
    *line = 0;
    for (uint64_t i = 0; i < stack_words; i++) {
        const mp_code_state_t *here = (const mp_code_state_t *)&stack[i];
        if (i + 1 < stack_words && is_running(here)) {
            describe(here, file, file_bytes, line);
            return;
        }
        const mp_code_state_t *there = (const mp_code_state_t *)stack[i];
        if (in_heap(stack[i], sizeof *there) && is_running(there)) {
            describe(there, file, file_bytes, line);
            return;
        }
    }
}
