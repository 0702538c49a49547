"""Small file systems for one node alone, that can be full or stall.

Each is backed by a file on a loop device; by memory where there is none, and
then it can only be full.
"""

import fcntl
import os
import subprocess

MEGABYTES = 192
FREEZE, THAW = 0xC0045877, 0xC0045878  # FIFREEZE and FITHAW of linux/fs.h.


class Disk:
    def __init__(self, image, place):
        self.place = place
        place.mkdir(parents=True)
        image.touch()
        os.truncate(image, MEGABYTES << 20)
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], capture_output=True, check=False)
        tried = made.returncode == 0 and subprocess.run(["mount", "-o", "loop", str(image), str(place)],
                                                        capture_output=True, check=False)
        self.can_stall = tried is not False and tried.returncode == 0
        if not self.can_stall:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs", str(place)], check=True)
        self._ballast = place / "ballast"

    def fill(self):
        """Leaves no free block."""
        with open(self._ballast, "wb") as ballast:
            size, step = 0, MEGABYTES << 20
            while step >= 4096:
                try:
                    os.posix_fallocate(ballast.fileno(), size, step)
                    size += step
                except OSError:
                    step //= 2

    def free(self):
        self._ballast.unlink(missing_ok=True)

    def stall(self):
        """From now on every write waits; processes that wait cannot be killed."""
        self._control(FREEZE)

    def resume(self):
        try:
            self._control(THAW)
        except OSError:
            pass  # It did not stall.

    def _control(self, order):
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, order, 0)
        finally:
            os.close(descriptor)

    def close(self):
        if self.can_stall:
            self.resume()
        subprocess.run(["umount", "--lazy", str(self.place)], capture_output=True, check=False)


class Disks:
    """Of one node: its agent's and its server's, which fail together unless one of them is named."""

    def __init__(self, image, place):
        """`image` begins the names of two files."""
        self.agent = Disk(image.with_name(f"{image.name}.agent"), place / "agent")
        self.server = Disk(image.with_name(f"{image.name}.server"), place / "server")

    def _each(self):
        return self.agent, self.server

    def fill(self):
        for each in self._each():
            each.fill()

    def free(self):
        for each in self._each():
            each.free()

    def stall(self):
        for each in self._each():
            each.stall()

    def resume(self):
        for each in self._each():
            each.resume()

    def close(self):
        for each in self._each():
            each.close()
