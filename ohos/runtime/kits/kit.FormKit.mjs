// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { either, require } from '../lib/api.mjs';
import { system } from '../lib/system.mjs';

/** The system sets the context before it calls onAddForm. */
export class FormExtensionAbility {
  context;
}

// Source: Form Kit, ArkTS API formInfo.
export const formInfo = {
  FormParam: {
    IDENTITY_KEY: 'ohos.extra.param.key.form_identity',
    NAME_KEY: 'ohos.extra.param.key.form_name',
  },
};

export const formBindingData = {
  createFormBindingData: (values = {}) => ({ data: typeof values === 'string' ? values : JSON.stringify(values) }),
};

export const formProvider = {
  updateForm: either(async (formId, binding) => {
    require(typeof formId === 'string' && binding, 'updateForm takes a form id and a FormBindingData.');
    await system.call('formProvider.updateForm', { formId, data: JSON.parse(binding.data) });
  }),
};
