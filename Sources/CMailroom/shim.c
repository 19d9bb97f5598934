#include "mailroom_plugin.h"
