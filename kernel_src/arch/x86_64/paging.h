/* Page tables beyond the image. */
#pragma once

void paging_map_devices(void); /* the registers of the interrupt controllers, uncached */
