/* Every family of kernels, compiled once per instruction set; functions are named NAME(tegula_…). */
#include "attention.h"
#include "linear_loops.h"
#include "norm.h"
#include "peaks.h"
#include "quantize.h"
#include "rope.h"
#include "rows.h"
#include "topk.h"
