/* Makes a checkpoint one of the first version of the arithmetic: first_arithmetic FILE. */
#include <hdf5.h>

int main(int argc, char **argv)
{
	hid_t file = argc == 2 ? H5Fopen(argv[1], H5F_ACC_RDWR, H5P_DEFAULT) : -1;
	return file < 0 || H5Adelete_by_name(file, "progress", "arithmetic", H5P_DEFAULT) < 0 || H5Fclose(file) < 0;
}
