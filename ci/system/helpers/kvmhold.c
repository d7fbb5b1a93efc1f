// SPDX-License-Identifier: GPL-2.0-or-later
/* kvmhold - have KVM make a machine, with which it takes hold of the CPUs; keep it until somebody ends us. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CREATE_VM _IO(0xae, 1) /* KVM_CREATE_VM, Documentation/virt/kvm/api.rst */

int main(void)
{
	int kvm = open("/dev/kvm", O_RDWR);
	int machine = kvm < 0 ? -1 : ioctl(kvm, CREATE_VM, 0);

	if (machine < 0) {
		perror("kvmhold");
		return 1;
	}
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}
