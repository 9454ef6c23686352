/* The pieces that entries of a schema's text are made of; \xHH and other escapes are decoded. Local. */
#ifndef GD_SCHEMA_ITEMS_H
#define GD_SCHEMA_ITEMS_H

#include "gd/base/status.h"
#include "gd/schema/schema.h"
#include "gd/value/dictionary.h"

/* Takes the next item off `*text`, up to a separator or the end, decoded in place and without the blanks around it; NULL when there is none. */
char *gd_schema_next_item(char **text, const char *separators);
/* The treatments of a column, or a list's items; `text` is overwritten. GD_USAGE when they make no sense. */
GD_CHECKED gd_status gd_schema_read_treatments(gd_schema *schema, int column, char *text);
GD_CHECKED gd_status gd_schema_read_list(char *text, gd_dictionary *list);

#endif
