/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * In: x27, where to return to. Out: x27, the offset of Go's g from the thread
 * pointer. Changes x16 and x17, which a linker may change at any branch;
 * TLSDESC's resolver changes x0 and, as any call does, x30.
 */
	.section .tbss,"awT",@nobits
	.p2align 3
	.hidden	ohosld_g
	.globl	ohosld_g
	.type	ohosld_g,%object
	.size	ohosld_g,8
ohosld_g:
	.zero	8

	.text
	.p2align 4
	.hidden	ohosld_tpoff_x27
	.globl	ohosld_tpoff_x27
	.type	ohosld_tpoff_x27,%function
ohosld_tpoff_x27:
	.cfi_startproc
	stp	x0, x1, [sp, #-32]!
	.cfi_adjust_cfa_offset 32
	stp	x30, x27, [sp, #16]
	adrp	x0, :tlsdesc:ohosld_g
	ldr	x1, [x0, :tlsdesc_lo12:ohosld_g]
	add	x0, x0, :tlsdesc_lo12:ohosld_g
	.tlsdesccall ohosld_g
	blr	x1
	mov	x27, x0
	ldp	x30, x17, [sp, #16]
	ldp	x0, x1, [sp], #32
	.cfi_adjust_cfa_offset -32
	ret	x17
	.cfi_endproc
	.size	ohosld_tpoff_x27, .-ohosld_tpoff_x27

	.section .note.GNU-stack,"",%progbits
