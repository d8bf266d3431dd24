/* The modules in Python that every image carries (kernel_src/modules and upstream's asyncio), frozen into read-only
 * data. */
#ifndef NO_QSTR
    #include "genhdr/frozen_content.h"
#endif
