#include "gd/value/unit.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "gd/value/quantity.h"

const char gd_unit_one[] = "1";

typedef enum gd_measure { ONES, TIME, LENGTH, MASS, VOLUME, AREA, BYTES, BITS, FREQUENCY, POWER, ENERGY, PRESSURE, SPEED, VOLTAGE, CURRENT, CHARGE, CONTENT, SHARE, LIMITS, TEMPERATURE, LATITUDE, LONGITUDE, BALANCE, ORDINAL, MOLARITY } gd_measure;

/* A ninth of the size of a degree Celsius, in which both are whole. */
enum { FAHRENHEIT = 5, CELSIUS = 9 };

/*
 * Sorted by their bytes. Sizes are whole numbers where they can be, so that 800 g are 0.8 kg, rounded once. Small letters of three and more are words, which are known in capitals and in the plural, too; a unit of several
 * words is here without blanks and points.
 */
static const struct known {
	const char *word;
	gd_measure measure;
	double size;
} units[] = {
	{"*", ONES, 1}, {"**", ONES, 1}, {"***", ONES, 1}, {"*b", ONES, 1}, {"*e", ONES, 1}, {"*i", ONES, 1}, {"*p", ONES, 1}, {"*r", ONES, 1}, {"*u", ONES, 1}, {"*z", ONES, 1}, {"1", ONES, 1}, {":", TIME, 1e6}, {"<", LIMITS, 1}, {">", LIMITS, 1}, {"A", CURRENT, 1e3}, {"Ah", CHARGE, 1e3}, {"B", ONES, 1e9},
	{"B", BYTES, 1}, {"C", TEMPERATURE, CELSIUS}, {"CR", BALANCE, 1}, {"Cr", ONES, 1e7}, {"Cr", BALANCE, 1}, {"DR", BALANCE, -1}, {"Dr", BALANCE, -1}, {"E", LONGITUDE, 1}, {"F", TEMPERATURE, FAHRENHEIT},
	{"G", ONES, 1e9}, {"G", BYTES, 1e9}, {"GB", BYTES, 1e9}, {"GW", POWER, 1e9}, {"GWh", ENERGY, 3.6e12}, {"Gb", BYTES, 1e9}, {"Gbit/s", BITS, 1e9}, {"GiB", BYTES, 1073741824}, {"H", BALANCE, 1},
	{"Hz", FREQUENCY, 1}, {"J", ENERGY, 1}, {"K", ONES, 1e3}, {"KB", BYTES, 1e3}, {"KW", POWER, 1e3}, {"Kb", BYTES, 1e3}, {"KiB", BYTES, 1024}, {"L", VOLUME, 1e6}, {"M", ONES, 1e6},
	{"MB", BYTES, 1e6}, {"MPa", PRESSURE, 1e6}, {"MW", POWER, 1e6}, {"MWh", ENERGY, 3.6e9}, {"Mb", BYTES, 1e6}, {"Mbit/s", BITS, 1e6}, {"MiB", BYTES, 1048576}, {"N", LATITUDE, 1},
	{"Pa", PRESSURE, 1}, {"S", LATITUDE, -1}, {"S", BALANCE, -1}, {"T", ONES, 1e12}, {"TB", BYTES, 1e12}, {"Tb", BYTES, 1e12}, {"TiB", BYTES, 1099511627776}, {"V", VOLTAGE, 1e3}, {"W", POWER, 1},
	{"W", LONGITUDE, -1}, {"Wh", ENERGY, 3600}, {"ac", AREA, 40468564.224}, {"acre", AREA, 40468564.224}, {"b", ONES, 1e9}, {"bar", PRESSURE, 1e5}, {"billion", ONES, 1e9}, {"bit/s", BITS, 1},
	{"bn", ONES, 1e9}, {"bps", BITS, 1}, {"byte", BYTES, 1}, {"cL", VOLUME, 1e4}, {"cal", ENERGY, 4.184}, {"cbm", VOLUME, 1e9}, {"cc", VOLUME, 1e3}, {"celsius", TEMPERATURE, CELSIUS}, {"cl", VOLUME, 1e4},
	{"cm", LENGTH, 1e4}, {"cm\xc2\xb2", AREA, 1}, {"cm\xc2\xb3", VOLUME, 1e3}, {"cr", ONES, 1e7}, {"crore", ONES, 1e7}, {"d", TIME, 8.64e10}, {"dL", VOLUME, 1e5}, {"day", TIME, 8.64e10},
	{"degc", TEMPERATURE, CELSIUS}, {"degf", TEMPERATURE, FAHRENHEIT}, {"degreescelsius", TEMPERATURE, CELSIUS}, {"degreesfahrenheit", TEMPERATURE, FAHRENHEIT}, {"dl", VOLUME, 1e5}, {"dm", LENGTH, 1e5},
	{"fahrenheit", TEMPERATURE, FAHRENHEIT}, {"feet", LENGTH, 304800}, {"floz", VOLUME, 29573.5295625}, {"foot", LENGTH, 304800}, {"ft", LENGTH, 304800}, {"ft\xc2\xb2", AREA, 929.0304}, {"g", MASS, 1e6},
	{"g/L", CONTENT, 1e6}, {"g/dL", CONTENT, 1e7}, {"g/dl", CONTENT, 1e7}, {"g/l", CONTENT, 1e6}, {"gal", VOLUME, 3785411.784}, {"gallon", VOLUME, 3785411.784}, {"gb", BYTES, 1e9},
	{"gbps", BITS, 1e9}, {"ghz", FREQUENCY, 1e9}, {"gm", MASS, 1e6}, {"gr", MASS, 1e6}, {"gram", MASS, 1e6}, {"gramm", MASS, 1e6}, {"h", TIME, 3.6e9}, {"hL", VOLUME, 1e8}, {"hPa", PRESSURE, 100},
	{"ha", AREA, 1e8}, {"hectare", AREA, 1e8}, {"hektar", AREA, 1e8}, {"hl", VOLUME, 1e8}, {"hour", TIME, 3.6e9}, {"hr", TIME, 3.6e9}, {"in", LENGTH, 25400}, {"inch", LENGTH, 25400},
	{"inche", LENGTH, 25400}, {"jahr", TIME, 3.15576e13}, {"k", ONES, 1e3}, {"kB", BYTES, 1e3}, {"kJ", ENERGY, 1e3}, {"kPa", PRESSURE, 1e3}, {"kV", VOLTAGE, 1e6}, {"kW", POWER, 1e3},
	{"kb", BYTES, 1e3}, {"kbit/s", BITS, 1e3}, {"kbps", BITS, 1e3}, {"kcal", ENERGY, 4184}, {"kg", MASS, 1e9}, {"kgs", MASS, 1e9}, {"khz", FREQUENCY, 1e3}, {"kilo", MASS, 1e9},
	{"kilogram", MASS, 1e9}, {"kilometer", LENGTH, 1e9}, {"kilometre", LENGTH, 1e9}, {"km", LENGTH, 1e9}, {"km/h", SPEED, 1000}, {"kmh", SPEED, 1000}, {"kmph", SPEED, 1000},
	{"km\xc2\xb2", AREA, 1e10}, {"kn", SPEED, 1852}, {"knot", SPEED, 1852}, {"kph", SPEED, 1000}, {"kt", SPEED, 1852}, {"kwh", ENERGY, 3.6e6}, {"l", VOLUME, 1e6}, {"lac", ONES, 1e5},
	{"lakh", ONES, 1e5}, {"lb", MASS, 453592370}, {"lbs", MASS, 453592370}, {"liter", VOLUME, 1e6}, {"litre", VOLUME, 1e6}, {"ltr", VOLUME, 1e6}, {"m", ONES, 1e6}, {"m", TIME, 6e7},
	{"m", LENGTH, 1e6}, {"m/s", SPEED, 3600}, {"mA", CURRENT, 1}, {"mL", VOLUME, 1e3}, {"mM", MOLARITY, 1e9}, {"mV", VOLTAGE, 1}, {"mah", CHARGE, 1}, {"mb", BYTES, 1e6}, {"mbar", PRESSURE, 100},
	{"mbps", BITS, 1e6}, {"mcg", MASS, 1}, {"mcg/dL", CONTENT, 10}, {"mcg/dl", CONTENT, 10}, {"mcg/mL", CONTENT, 1e3}, {"mcg/ml", CONTENT, 1e3}, {"meter", LENGTH, 1e6}, {"metre", LENGTH, 1e6},
	{"mg", MASS, 1e3}, {"mg/L", CONTENT, 1e3}, {"mg/dL", CONTENT, 1e4}, {"mg/dl", CONTENT, 1e4}, {"mg/l", CONTENT, 1e3}, {"mg/mL", CONTENT, 1e6}, {"mg/ml", CONTENT, 1e6}, {"mhz", FREQUENCY, 1e6},
	{"mi", LENGTH, 1609344000}, {"mile", LENGTH, 1609344000}, {"milliard", ONES, 1e9}, {"milliarde", ONES, 1e9}, {"million", ONES, 1e6}, {"millon", ONES, 1e6}, {"min", TIME, 6e7},
	{"minute", TIME, 6e7}, {"mio", ONES, 1e6}, {"ml", VOLUME, 1e3}, {"mln", ONES, 1e6}, {"mm", LENGTH, 1e3}, {"mmhg", PRESSURE, 133.322387415}, {"mmol/L", MOLARITY, 1e9}, {"mmol/l", MOLARITY, 1e9},
	{"mn", ONES, 1e6}, {"mo", TIME, 2.6298e12}, {"mon", TIME, 2.6298e12}, {"monat", TIME, 2.6298e12}, {"month", TIME, 2.6298e12}, {"mph", SPEED, 1609.344}, {"mrd", ONES, 1e9}, {"ms", TIME, 1e3},
	{"mth", TIME, 2.6298e12}, {"m\xc2\xb2", AREA, 1e4}, {"m\xc2\xb3", VOLUME, 1e9}, {"nM", MOLARITY, 1e3}, {"nd", ORDINAL, 1}, {"ng/mL", CONTENT, 1}, {"ng/ml", CONTENT, 1}, {"nmi", LENGTH, 1852e6},
	{"nmol/L", MOLARITY, 1e3}, {"nmol/l", MOLARITY, 1e3}, {"ounce", MASS, 28349523.125}, {"oz", MASS, 28349523.125}, {"pM", MOLARITY, 1}, {"pmol/L", MOLARITY, 1}, {"pmol/l", MOLARITY, 1},
	{"pound", MASS, 453592370}, {"ppb", SHARE, 1}, {"ppm", SHARE, 1e3}, {"psi", PRESSURE, 6894.757293168}, {"rd", ORDINAL, 1}, {"s", TIME, 1e6}, {"sec", TIME, 1e6}, {"second", TIME, 1e6},
	{"sekunde", TIME, 1e6}, {"sqfeet", AREA, 929.0304}, {"sqft", AREA, 929.0304}, {"sqkm", AREA, 1e10}, {"sqm", AREA, 1e4}, {"sqmeter", AREA, 1e4}, {"sqmetre", AREA, 1e4},
	{"sqmi", AREA, 25899881103.36}, {"sqmile", AREA, 25899881103.36}, {"sqyard", AREA, 8361.2736}, {"sqyd", AREA, 8361.2736}, {"st", MASS, 6350293180}, {"st", ORDINAL, 1}, {"std", TIME, 3.6e9},
	{"stone", MASS, 6350293180}, {"stunde", TIME, 3.6e9}, {"t", MASS, 1e12}, {"tag", TIME, 8.64e10}, {"tausend", ONES, 1e3}, {"tb", BYTES, 1e12}, {"th", ORDINAL, 1}, {"thousand", ONES, 1e3},
	{"tn", ONES, 1e12}, {"tonne", MASS, 1e12}, {"trillion", ONES, 1e12}, {"trn", ONES, 1e12}, {"tsd", ONES, 1e3}, {"uM", MOLARITY, 1e6}, {"ug", MASS, 1}, {"ug/L", CONTENT, 1},
	{"ug/dL", CONTENT, 10}, {"ug/dl", CONTENT, 10}, {"ug/l", CONTENT, 1}, {"ug/mL", CONTENT, 1e3}, {"ug/ml", CONTENT, 1e3}, {"ul", VOLUME, 1}, {"um", LENGTH, 1}, {"umol/L", MOLARITY, 1e6},
	{"umol/l", MOLARITY, 1e6}, {"us", TIME, 1}, {"volt", VOLTAGE, 1e3}, {"w", TIME, 6.048e11}, {"watt", POWER, 1}, {"week", TIME, 6.048e11}, {"wk", TIME, 6.048e11}, {"woche", TIME, 6.048e11},
	{"y", TIME, 3.15576e13}, {"yard", LENGTH, 914400}, {"yd", LENGTH, 914400}, {"year", TIME, 3.15576e13}, {"yr", TIME, 3.15576e13}, {"\xc2\xb0" "C", TEMPERATURE, CELSIUS},
	{"\xc2\xb0" "F", TEMPERATURE, FAHRENHEIT}, {"\xc2\xb2", ONES, 1}, {"\xc2\xb3", ONES, 1}, {"\xc2\xb5M", MOLARITY, 1e6}, {"\xc2\xb5g", MASS, 1}, {"\xc2\xb5g/L", CONTENT, 1}, {"\xc2\xb5g/dL", CONTENT, 10},
	{"\xc2\xb5g/dl", CONTENT, 10}, {"\xc2\xb5g/l", CONTENT, 1}, {"\xc2\xb5g/mL", CONTENT, 1e3}, {"\xc2\xb5g/ml", CONTENT, 1e3}, {"\xc2\xb5l", VOLUME, 1}, {"\xc2\xb5m", LENGTH, 1},
	{"\xc2\xb5mol/L", MOLARITY, 1e6}, {"\xc2\xb5mol/l", MOLARITY, 1e6}, {"\xc2\xb5s", TIME, 1}, {"\xc2\xb9", ONES, 1}, {"\xc2\xba" "C", TEMPERATURE, CELSIUS}, {"\xc2\xba" "F", TEMPERATURE, FAHRENHEIT},
	{"\xce\xbcM", MOLARITY, 1e6}, {"\xce\xbcg", MASS, 1}, {"\xce\xbcg/dL", CONTENT, 10}, {"\xce\xbcg/dl", CONTENT, 10}, {"\xce\xbcg/l", CONTENT, 1}, {"\xce\xbcg/mL", CONTENT, 1e3},
	{"\xce\xbcg/ml", CONTENT, 1e3}, {"\xce\xbcl", VOLUME, 1}, {"\xce\xbcm", LENGTH, 1}, {"\xce\xbcmol/L", MOLARITY, 1e6}, {"\xce\xbcmol/l", MOLARITY, 1e6}, {"\xce\xbcs", TIME, 1},
	{"\xe2\x80\xa0", ONES, 1}, {"\xe2\x80\xa1", ONES, 1}, {"\xe2\x84\x83", TEMPERATURE, CELSIUS}, {"\xe2\x84\x89", TEMPERATURE, FAHRENHEIT},
};
enum { UNITS = sizeof units / sizeof *units };

/* The first of the units of that name, which follow one another; NULL: there is none. */
static const struct known *find(const char *word)
{
	int low = 0, high = UNITS;
	while (low < high) {
		const int middle = (low + high) / 2;
		if (strcmp(units[middle].word, word) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < UNITS && !strcmp(units[low].word, word) ? &units[low] : NULL;
}

/* Without blanks and points. */
static size_t strip(const char *unit, char plain[GD_UNIT_ROOM])
{
	size_t length = 0;
	for (; *unit && length + 1 < GD_UNIT_ROOM; unit++)
		if (!strchr(" .\t", *unit))
			plain[length++] = *unit;
	plain[length] = '\0';
	return length;
}

/* What the unit may be; NULL: nothing that is known. */
static const struct known *look_up(const char *unit)
{
	enum { SHORTEST_WORD = 3 };
	char plain[GD_UNIT_ROOM];
	size_t length = strip(unit, plain);
	const struct known *found = find(plain);
	if (found || length < SHORTEST_WORD)
		return found;
	for (size_t i = 0; i < length; i++)
		plain[i] = (char)tolower((unsigned char)plain[i]);
	/* Of "3 days ago". */
	if (length > 3 + 3 && !strcmp(plain + length - 3, "ago"))
		plain[length -= 3] = '\0';
	if ((found = find(plain)) || plain[length - 1] != 's')
		return found;
	plain[length - 1] = '\0';
	return find(plain);
}

static bool follows(const struct known *at, const struct known *first)
{
	return at == first || (at < units + UNITS && !strcmp(at->word, first->word));
}

/* The number that 0 °C is. */
static double zero_of(const struct known *unit)
{
	return unit->measure == TEMPERATURE && unit->size == FAHRENHEIT ? 32 : 0;
}

bool gd_unit_convert(const char *from, const char *to, gd_conversion *conversion)
{
	const struct known *left = look_up(from), *right = left ? look_up(to) : NULL;
	for (const struct known *a = left; right && follows(a, left); a++)
		for (const struct known *b = right; follows(b, right); b++)
			if (a->measure == b->measure) {
				*conversion = (gd_conversion){a->size, b->size, zero_of(a), zero_of(b)};
				return true;
			}
	return false;
}

bool gd_unit_is_magnitude(const char *unit)
{
	const struct known *found = look_up(unit);
	return found && found->measure == ONES && found->size > 1 && (!follows(found + 1, found) || found[1].measure == BALANCE);
}
