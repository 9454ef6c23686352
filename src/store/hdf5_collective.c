#include "gd/store/hdf5_collective.h"

#include "gd/store/hdf5_file.h"

enum { COUNT = 4096 }; /* numbers a rank: two blocks of most file systems, none of them on a stripe's edge */

static int number_of(int rank, int i)
{
	return rank * COUNT + i;
}

/* What HDF5 said goes to words before the next call to it clears that. */
enum { WORDS_ROOM = 256 };

static hid_t open_file(gd_communicator *communicator, const char *path, bool write, char *words)
{
	hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;
	gd_wait_begin(communicator);
	if (access >= 0 && H5Pset_fapl_mpio(access, communicator->mpi, MPI_INFO_NULL) >= 0)
		file = write ? H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, access) : H5Fopen(path, H5F_ACC_RDONLY, access);
	gd_wait_finish(communicator);
	if (file < 0)
		gd_hdf5_innermost_error(words, WORDS_ROOM);
	gd_hdf5_drop(access);
	return file;
}

/* Collective. The numbers of rank `whose`, of ranks that share `file`. */
static bool transfer(gd_communicator *communicator, hid_t file, bool write, int whose, int *numbers, char *words)
{
	const hsize_t all = (hsize_t)communicator->size * COUNT, first = (hsize_t)whose * COUNT, count = COUNT;
	hid_t space = H5Screate_simple(1, &all, NULL), memory = H5Screate_simple(1, &count, NULL), together = H5Pcreate(H5P_DATASET_XFER), array = -1;
	gd_wait_begin(communicator);
	if (space >= 0 && memory >= 0 && together >= 0 && H5Pset_dxpl_mpio(together, H5FD_MPIO_COLLECTIVE) >= 0 &&
		H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &count, NULL) >= 0)
		array = write ? H5Dcreate2(file, "numbers", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : H5Dopen2(file, "numbers", H5P_DEFAULT);
	herr_t done = array < 0 ? -1 : write ? H5Dwrite(array, H5T_NATIVE_INT, memory, space, together, numbers)
					     : H5Dread(array, H5T_NATIVE_INT, memory, space, together, numbers);
	gd_wait_finish(communicator);
	if (done < 0)
		gd_hdf5_innermost_error(words, WORDS_ROOM);
	gd_hdf5_drop(array);
	gd_hdf5_drop(together);
	gd_hdf5_drop(memory);
	gd_hdf5_drop(space);
	return done >= 0;
}

static gd_status pass(gd_communicator *communicator, const char *path, bool write, int whose, int *numbers)
{
	char words[WORDS_ROOM] = "";
	bool done = true;
	hid_t file = open_file(communicator, path, write, words);
	gd_status mine = file < 0 ? gd_error(GD_FAILED, "cannot %s '%s' on all ranks together: %s", write ? "make" : "open", path, words) : gd_ok();
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		done = transfer(communicator, file, write, whose, numbers, words);
	if (file >= 0) {
		gd_wait_begin(communicator);
		bool closed = H5Fclose(file) >= 0;
		gd_wait_finish(communicator);
		if (done && !closed)
			gd_hdf5_innermost_error(words, WORDS_ROOM);
		done = done && closed;
	}
	if (gd_failed(&status))
		return status;
	mine = done ? gd_ok() : gd_error(GD_FAILED, "cannot %s '%s' on all ranks together: %s", write ? "write" : "read", path, words);
	return gd_agree(communicator, &mine);
}

gd_status gd_hdf5_collective_check(gd_communicator *communicator, const char *path)
{
	int numbers[COUNT], next = (communicator->rank + 1) % communicator->size, wrong = 0;
	gd_hdf5_quiet();
	communicator->phase = "writing and reading a file together";
	for (int i = 0; i < COUNT; i++)
		numbers[i] = number_of(communicator->rank, i);
	gd_status status = pass(communicator, path, true, communicator->rank, numbers);
	for (int i = 0; i < COUNT; i++)
		numbers[i] = -1;
	if (!gd_failed(&status))
		status = pass(communicator, path, false, next, numbers);
	if (gd_failed(&status))
		return status;
	for (int i = 0; i < COUNT; i++)
		wrong += numbers[i] != number_of(next, i);
	gd_status mine = wrong ? gd_error(GD_FAILED, "'%s': %d of %d numbers that were written come back as others: hosts may not see one directory, or its file system lacks what MPI-IO needs",
					 path, wrong, COUNT)
			       : gd_ok();
	return gd_agree(communicator, &mine);
}
