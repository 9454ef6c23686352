/*
 * A network switch with latency, where the kernel has no netem: `delay_switch MICROSECONDS MBIT NAMESPACE...` gives each namespace (its file under
 * /run/netns) an Ethernet device v0. A frame waits until its port has sent what came before it, at MBIT Mbit/s (0: at once), and then the latency.
 * Says "ready" on stdout once the devices exist; runs until it is killed.
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { PORTS = 64, FRAME = 65536, ADDRESS = 6, BATCH = 64 };

typedef struct frame {
	struct frame *next;
	uint64_t due;
	size_t length;
	unsigned char bytes[];
} frame;

typedef struct port {
	int device;
	unsigned char address[ADDRESS]; /* of the host behind it, once it has sent something */
	bool known;
	frame *first, **end;
	uint64_t free_at; /* when the last frame will have been sent */
} port;

static port ports[PORTS];
static int port_count;
static uint64_t latency;
static double nanoseconds_a_byte;

static uint64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The device belongs to the namespace in which it is made; its descriptor works from anywhere. */
static int open_device(const char *name_space)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	strcpy(request.ifr_name, "v0");
	int file = open(name_space, O_RDONLY | O_CLOEXEC);
	if (file < 0 || setns(file, CLONE_NEWNET))
		return -1;
	close(file);
	int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return device >= 0 && !ioctl(device, TUNSETIFF, &request) ? device : -1;
}

static void enqueue(port *to, const unsigned char *bytes, size_t length, uint64_t at)
{
	frame *fresh = malloc(sizeof *fresh + length);
	if (!fresh)
		return; /* lost, as on a real switch whose memory is full */
	to->free_at = (to->free_at > at ? to->free_at : at) + (uint64_t)((double)length * nanoseconds_a_byte);
	fresh->next = NULL;
	fresh->due = to->free_at + latency;
	fresh->length = length;
	memcpy(fresh->bytes, bytes, length);
	*to->end = fresh;
	to->end = &fresh->next;
}

static port *port_of(const unsigned char *address)
{
	for (int p = 0; p < port_count; p++)
		if (ports[p].known && !memcmp(ports[p].address, address, ADDRESS))
			return &ports[p];
	return NULL;
}

static void take(port *from)
{
	static unsigned char bytes[FRAME];
	for (int i = 0; i < BATCH; i++) {
		ssize_t length = read(from->device, bytes, sizeof bytes);
		if (length < 2 * ADDRESS)
			return;
		memcpy(from->address, bytes + ADDRESS, ADDRESS);
		from->known = true;
		port *to = port_of(bytes);
		uint64_t at = now();
		for (port *p = ports; p < ports + port_count; p++)
			if (p != from && (!to || p == to))
				enqueue(p, bytes, (size_t)length, at);
	}
}

/* Sends what is due; returns when the next frame is, 0: there is none. */
static uint64_t deliver(void)
{
	uint64_t next = 0;
	for (port *p = ports; p < ports + port_count; p++) {
		while (p->first && p->first->due <= now()) {
			frame *sent = p->first;
			ssize_t written = write(p->device, sent->bytes, sent->length);
			(void)written; /* a device that is down loses it */
			p->first = sent->next;
			if (!p->first)
				p->end = &p->first;
			free(sent);
		}
		if (p->first && (!next || p->first->due < next))
			next = p->first->due;
	}
	return next;
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc - 3 > PORTS) {
		fprintf(stderr, "usage: delay_switch MICROSECONDS MBIT NAMESPACE...\n");
		return 2;
	}
	latency = (uint64_t)(1e3 * atof(argv[1]));
	nanoseconds_a_byte = atof(argv[2]) > 0 ? 8e3 / atof(argv[2]) : 0;
	prctl(PR_SET_TIMERSLACK, 1ul);
	int events = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	struct epoll_event ready[PORTS], wanted = {.events = EPOLLIN, .data.ptr = NULL};
	bool made = events >= 0 && timer >= 0 && !epoll_ctl(events, EPOLL_CTL_ADD, timer, &wanted);
	for (; made && port_count < argc - 3; port_count++) {
		port *p = &ports[port_count];
		p->device = open_device(argv[3 + port_count]);
		p->end = &p->first;
		wanted.data.ptr = p;
		made = p->device >= 0 && !epoll_ctl(events, EPOLL_CTL_ADD, p->device, &wanted);
	}
	if (!made) {
		perror("delay_switch");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		int count = epoll_wait(events, ready, PORTS, -1);
		for (int i = 0; i < count; i++) {
			uint64_t ticks;
			if (ready[i].data.ptr)
				take(ready[i].data.ptr);
			else if (read(timer, &ticks, sizeof ticks) < 0)
				continue;
		}
		uint64_t next = deliver();
		struct itimerspec alarm = {.it_value = {.tv_sec = (time_t)(next / 1000000000u), .tv_nsec = (long)(next % 1000000000u)}};
		timerfd_settime(timer, TFD_TIMER_ABSTIME, &alarm, NULL);
	}
}
