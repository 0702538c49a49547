#include "base/priority.hpp"

#include <sched.h>

namespace baton {

bool run_first() {
    const sched_param lowest_real_time{1};
    return ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest_real_time) == 0;
}

}  // namespace baton
