/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thunk per register: it puts the offset of Go's g from the thread pointer
 * into that register and leaves every other one alone. TLSDESC's resolver
 * changes rax and the flags only.
 */
	.section .tbss,"awT",@nobits
	.p2align 3
	.hidden	ohosld_g
	.globl	ohosld_g
	.type	ohosld_g,@object
	.size	ohosld_g,8
ohosld_g:
	.zero	8

	.text
	.macro thunk reg
	.p2align 4
	.hidden	ohosld_tpoff_\reg
	.globl	ohosld_tpoff_\reg
	.type	ohosld_tpoff_\reg,@function
ohosld_tpoff_\reg:
	.cfi_startproc
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	leaq	ohosld_g@tlsdesc(%rip), %rax
	call	*ohosld_g@tlscall(%rax)
	movq	%rax, %\reg
	popq	%rax
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size	ohosld_tpoff_\reg, .-ohosld_tpoff_\reg
	.endm

	.irp r, rcx,rdx,rbx,rsi,rdi,rbp,r8,r9,r10,r11,r12,r13,r14,r15
	thunk \r
	.endr

	/* rax is the resolver's own result. */
	.p2align 4
	.hidden	ohosld_tpoff_rax
	.globl	ohosld_tpoff_rax
	.type	ohosld_tpoff_rax,@function
ohosld_tpoff_rax:
	.cfi_startproc
	leaq	ohosld_g@tlsdesc(%rip), %rax
	call	*ohosld_g@tlscall(%rax)
	ret
	.cfi_endproc
	.size	ohosld_tpoff_rax, .-ohosld_tpoff_rax

	.section .note.GNU-stack,"",@progbits
