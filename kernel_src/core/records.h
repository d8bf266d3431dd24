/* The records of this machine: abi.h says what they mean. */
#pragma once

#include "unikernel/abi.h"

extern struct abi_records records;
