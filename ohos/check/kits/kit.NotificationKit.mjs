// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { ask, state } from './state.mjs';

const later = ['getBadgeNumber'];

const standIn = {
  SlotType: {
    UNKNOWN_TYPE: 0, SOCIAL_COMMUNICATION: 1, SERVICE_INFORMATION: 2, CONTENT_INFORMATION: 3, LIVE_VIEW: 4,
    CUSTOMER_SERVICE: 5, OTHER_TYPES: 0xFFFF,
  },
  getActiveNotifications: () => ask('notificationManager.getActiveNotifications'),
  getBadgeNumber: () => ask('notificationManager.getBadgeNumber'),
  isNotificationEnabled: () => ask('notificationManager.isNotificationEnabled'),
  requestEnableNotification: (context) => ask('notificationManager.requestEnableNotification', context),
  openNotificationSettings: (context) => ask('notificationManager.openNotificationSettings', context),
};

// What a lower API level lacks is no function at all.
export const notificationManager = new Proxy(standIn, {
  get: (of, name) => later.includes(name) && !state.answers.has(`notificationManager.${name}`) ? undefined : of[name],
});
