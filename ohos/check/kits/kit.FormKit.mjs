// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

export class FormExtensionAbility {
  context = { resourceManager: { getRawFileContentSync: () => new TextEncoder().encode('{"url":""}') } };
}

export const formInfo = { FormParam: { IDENTITY_KEY: 'ohos.extra.param.key.form_identity', NAME_KEY: 'ohos.extra.param.key.form_name' } };

export const formBindingData = { createFormBindingData: (data) => ({ data: JSON.stringify(data) }) };
