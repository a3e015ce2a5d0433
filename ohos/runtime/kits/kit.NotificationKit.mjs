// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { asks, either, require } from '../lib/api.mjs';
import { system } from '../lib/system.mjs';

// Source: Notification Kit, ArkTS API notificationManager.SlotType.
const SlotType = {
  UNKNOWN_TYPE: 0, SOCIAL_COMMUNICATION: 1, SERVICE_INFORMATION: 2, CONTENT_INFORMATION: 3, LIVE_VIEW: 4,
  CUSTOMER_SERVICE: 5, OTHER_TYPES: 0xFFFF,
};

/** A notification of the simulated device as a NotificationRequest. */
const request = (n) => ({
  id: n.id,
  content: { notificationContentType: 0, normal: { title: n.title, text: n.text } },
  appMessageId: n.appMessageId,
  notificationSlotType: SlotType[n.slot],
  badgeNumber: n.badge,
  deliveryTime: Date.parse(n.deliveredAt),
});

export const notificationManager = {
  SlotType,
  getActiveNotifications: asks('notificationManager.getActiveNotifications', (active) => active.map(request)),
  getBadgeNumber: asks('notificationManager.getBadgeNumber', (b) => b.badge),
  setBadgeNumber: either(async (badge) => {
    require(Number.isInteger(badge), 'setBadgeNumber takes an integer.');
    await system.call('notificationManager.setBadgeNumber', { badge });
  }),
  cancel: either(async (id) => {
    require(Number.isInteger(id), 'cancel takes the id of a notification.');
    await system.call('notificationManager.cancel', { id });
  }),
  cancelAll: asks('notificationManager.cancelAll', () => undefined),
  isNotificationEnabled: asks('notificationManager.isNotificationEnabled', (e) => e.enabled),
  requestEnableNotification: either(async () => { await system.call('notificationManager.requestEnableNotification'); }),
};
