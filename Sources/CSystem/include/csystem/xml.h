#ifndef CSYSTEM_XML_H
#define CSYSTEM_XML_H
#include <expat.h>
#endif
