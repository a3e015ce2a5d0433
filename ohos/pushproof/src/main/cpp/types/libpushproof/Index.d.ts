// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The native module: Pushproof's agent, written in Go.
 *
 * No function waits for the network, and none but start for a disk. Errors are
 * BusinessErrors. A parameter of the wrong type is thrown, also by a function
 * that returns a promise; every other error of such a function rejects it. The
 * codes:
 *
 *   1  something else; the message says what
 *   2  a fault of the module itself
 *   3  start was not called
 *   4  start was called twice
 *   5  stop was called, or the environment ended
 *   6  too many deliveries wait for the disk; the loss is reported
 *   7  more bytes than any push; the loss is reported
 *   8  not what the system hands over; the loss is reported
 *   9  no space for the record; the loss is reported
 *  10  another process of the app has the agent's files
 *  11  the time was over
 * 401  a parameter is wrong
 */

/** Where a message entered the app. */
export type Via = 'DEFAULT' | 'IM' | 'BACKGROUND' | 'VoIP' | 'extension' | 'onCreate' | 'onNewWant' | 'row' | 'call';

/** The kind of a message. */
export type Kind = 'alert' | 'form' | 'extension' | 'background' | 'liveview' | 'voip';

/** Where in its life the app is: onCreate and onBackground, onForeground behind other windows, in front. */
export type Stage = 'alive' | 'visible' | 'focused';

/** The process that the module lives in. */
export type Role = 'main' | 'extension';

/** What the app runs on, from deviceInfo. */
export interface Device {
  type: string;
  model: string;
  api: number;
  osVersion: string;
  bootId: string;
}

/**
 * What start needs to know. The library finds no path and no time zone by itself.
 *
 * tempDir, homeDir, caFile and caDir become variables of the process (TMPDIR, HOME, SSL_CERT_FILE, SSL_CERT_DIR), which all
 * environments, Workers too, share: what is given replaces what was there, so the last start wins. What is left out stays as it
 * is.
 */
export interface StartOptions {
  /** context.filesDir */
  filesDir: string;
  /** context.tempDir */
  tempDir?: string;
  /** Becomes HOME; if left out, filesDir does where HOME is not set. */
  homeDir?: string;
  role: Role;
  device: Device;
  /** East of UTC. For the times of this environment's lines where they go to standard error; hilog has its own. */
  utcOffsetMinutes?: number;
  /** Certificates for a hub by wss. They are read once in a process, before the first such hub. */
  caFile?: string;
  caDir?: string;
  /** JSON of want.parameters that onCreate got. A session in it is used. */
  want?: string;
}

/** How the agent is. */
export interface Stats {
  version: string;
  /** From start to stop. */
  running: boolean;
  /** The hub is; trouble is the last one with it. */
  connected: boolean;
  trouble?: string;
  /** Deliveries that are not kept yet. */
  waiting: number;
  /** Commands that ArkTS has not answered, and answers that came too late. */
  commands: number;
  late: number;
  /** Of the whole library, which all environments share. */
  goroutines: number;
  heapBytes: number;
  /** What its border to JavaScript has not freed. */
  held: number;
}

/** Opens the agent's files and dials the hub of the session, if there is one. */
export const start: (options: StartOptions) => void;

/** Ends the agent. Everything that was delivered is written first. A second call does no harm. */
export const stop: () => Promise<void>;

export const setStage: (stage: Stage) => void;

/**
 * Hands over a message as the system gave it: payload is the JSON of PushPayload, receivedAt is Date.now(). It copies and
 * returns; the promise is resolved when the record survives the process, and rejected if it was not kept. An extension awaits
 * it before it answers.
 */
export const deliver: (via: Via, kind: Kind, payload: string, receivedAt: number) => Promise<void>;

/**
 * Hands over the JSON of want.parameters of onCreate or onNewWant. A session in it is used, or ended, and never stored; what is
 * left is a click.
 */
export const click: (via: Via, want: string, receivedAt: number) => Promise<void>;

/** What the run wants the extension ability to answer, as JSON of RemoteNotificationContent and delayMillis; else undefined. */
export const extensionAnswer: (payload: string) => string | undefined;

/** Reports a Push Token that the app got, by getToken or by tokenUpdate. */
export const tokenChanged: (token: string) => void;

/** Reports the error of getToken. */
export const tokenFailed: (code: number, message: string) => void;

/**
 * Registers who answers what the agent asks of the platform, in place of who did: name is the API's own, args are JSON.
 * Each command is answered once, by reply or by fail.
 */
export const onCommand: (callback: (id: number, name: string, args: string) => void) => void;

/** Answers a command with the JSON of its result, '' for none. A late answer is ignored. */
export const reply: (id: number, json: string) => void;

/** Answers a command with the platform's error. */
export const fail: (id: number, code: number, message: string) => void;

/** Resolved when the hub has everything that was delivered; rejected after 0 to 600000 ms. */
export const flush: (timeoutMillis: number) => Promise<void>;

/** The agent's version. */
export const version: () => string;

/** How the agent is, now. */
export const stats: () => Stats;
