// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// node --import ./loader/register.mjs: runs .ets files on Node, with the kits'
// stand-ins and the target's sources that PUSHPROOF_TARGET names.
import { register } from 'node:module';
import './globals.mjs';

register('./hooks.mjs', import.meta.url, { data: { target: process.env.PUSHPROOF_TARGET ?? 'debug' } });
