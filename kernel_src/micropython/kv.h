/* What the Kv devices share: an object over a folder of a device that provides Files. */
#pragma once

#include "unikernel/device.h"

/* An object of the module _kv, of the class of the device. The folder is on the device's first requirement, and named
 * as the device where `folder` is empty. */
void *kv_object(struct device *self, const char *folder);
