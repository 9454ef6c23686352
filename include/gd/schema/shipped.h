/* Files under data/ that are built into the program. Local. */
#ifndef GD_SHIPPED_H
#define GD_SHIPPED_H

extern const char gd_shipped_schema[];  /* data/spotify.ini */
extern const char gd_shipped_profile[]; /* data/spotify.profile */

#endif
