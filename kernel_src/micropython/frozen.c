/* The modules in Python that every image carries (upstream's asyncio), frozen into read-only data. */
#ifndef NO_QSTR
    #include "genhdr/frozen_content.h"
#endif
