// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Live View Kit as far as the project uses it: names and types from its
// reference.
declare module '@kit.LiveViewKit' {
  namespace liveViewManager {
    interface RichText {
      text: string;
      textColor?: string;
    }

    interface PrimaryData {
      title?: string;
      content?: RichText[];
      keepTime?: number;
    }

    interface LiveViewData {
      primary: PrimaryData;
    }

    interface LiveView {
      id: number;
      event: string;
      sequence?: number;
      isMute?: boolean;
      liveViewData: LiveViewData;
    }

    interface LiveViewResult {
      resultCode: number;
      message: string;
    }

    function isLiveViewEnabled(): Promise<boolean>;
    function startLiveView(view: LiveView): Promise<LiveViewResult>;
    function updateLiveView(view: LiveView): Promise<LiveViewResult>;
    function stopLiveView(view: LiveView): Promise<LiveViewResult>;
    function getActiveLiveView(id: number): Promise<LiveView>;
  }

  export { liveViewManager };
}
