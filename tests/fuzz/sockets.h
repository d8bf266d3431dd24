/* An app's sockets, used as the input says. */
#pragma once

void sockets_start(void);
void sockets_use(void); /* one operation of one of them */
void sockets_end(void); /* closes all */
