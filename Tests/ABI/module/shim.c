#include "mailroom_test.h"
