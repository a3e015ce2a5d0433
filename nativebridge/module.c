/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "napi/module.h"

PPNAPI_MODULE("pushproof")
