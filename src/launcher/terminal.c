#include "launcher.h"

#include <fcntl.h>
#include <unistd.h>

static int terminal = -1;

void open_terminal(void) {
  terminal = clear_of_stdio(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  /* An image may have no /dev/tty, and still a terminal on its standard streams. */
  for (int fd = STDIN_FILENO; terminal < 0 && fd <= STDERR_FILENO; fd++)
    if (tcgetpgrp(fd) >= 0) terminal = fd;
}

/* Only from who has it: in the background the terminal is not ours to give. SIGTTOU is blocked here. */
void pass_terminal(pid_t from_group, pid_t to_group) {
  if (terminal >= 0 && tcgetpgrp(terminal) == from_group) tcsetpgrp(terminal, to_group);
}
