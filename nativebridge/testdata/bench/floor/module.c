/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "module.h"

PPNAPI_MODULE("floor")
