// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Does what a checked build must notice.

const module = { exports: {} }
process.dlopen(module, process.env.ADDON)
module.exports.misuse(process.argv[2])
console.log('not noticed yet')
