// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package clock_test

import (
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
)

var _ sim.Clock = (*clock.Clock)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// day is further away than any test lasts, so that only Advance reaches it.
const day = 24 * time.Hour

func TestNowFollowsTheRealClockPlusTheOffset(t *testing.T) {
	c := clock.New()
	defer c.Close()
	for _, offset := range []time.Duration{0, 7 * day} {
		c.Advance(offset)
		before := time.Now().Add(offset)
		now := c.Now()
		after := time.Now().Add(offset)
		if now.Before(before) || now.After(after) {
			t.Errorf("advanced by %v, now is %v, not between %v and %v", offset, now, before, after)
		}
	}
}

func TestTimerFiresByRealTime(t *testing.T) {
	c := clock.New()
	defer c.Close()
	due := c.Now().Add(time.Millisecond)
	fired := make(chan time.Time)
	c.AfterFunc(time.Millisecond, func() { fired <- c.Now() })
	if at := <-fired; at.Before(due) {
		t.Errorf("fired at %v, before %v", at, due)
	}
}

func TestTimerThatIsDueFiresAtOnce(t *testing.T) {
	c := clock.New()
	defer c.Close()
	for _, d := range []time.Duration{0, -time.Hour} {
		fired := make(chan struct{})
		c.AfterFunc(d, func() { close(fired) })
		<-fired
	}
}

func TestAdvanceReachesOneTimerAfterTheOther(t *testing.T) {
	c := clock.New()
	defer c.Close()
	const n = 20
	order := make(chan int)
	for i := range n {
		c.AfterFunc(time.Duration(n-i)*time.Hour, func() { order <- i })
	}
	for want := n - 1; want >= 0; want-- {
		c.Advance(time.Hour)
		if got := <-order; got != want {
			t.Fatalf("timer %d fired, want %d", got, want)
		}
	}
}

func TestAdvanceStartsBeforeItReturns(t *testing.T) {
	c := clock.New()
	defer c.Close()
	for range 100 {
		fired := make(chan struct{})
		stop := c.AfterFunc(day, func() { close(fired) })
		c.Advance(day)
		if stop() {
			t.Fatal("Advance returned before it had started a due timer")
		}
		<-fired
	}
}

func TestAdvanceLeavesLaterTimers(t *testing.T) {
	c := clock.New()
	defer c.Close()
	stop := c.AfterFunc(2*day, func() { t.Error("fired a day early") })
	c.Advance(day)
	if !stop() {
		t.Error("a timer of two days is gone after one")
	}
	c.Advance(2 * day)
}

func TestTimeNeverGoesBack(t *testing.T) {
	c := clock.New()
	defer c.Close()
	before := c.Now()
	c.Advance(-day)
	if now := c.Now(); now.Before(before) {
		t.Errorf("went back from %v to %v", before, now)
	}
}

func TestStopPreventsTheCallOnce(t *testing.T) {
	c := clock.New()
	defer c.Close()
	stop := c.AfterFunc(day, func() { t.Error("a stopped timer fired") })
	if !stop() {
		t.Error("first stop did not prevent the call")
	}
	if stop() {
		t.Error("second stop says that it prevented the call")
	}
	c.Advance(2 * day)
}

func TestTimerMadeByATimer(t *testing.T) {
	c := clock.New()
	defer c.Close()
	fired := make(chan struct{})
	made := make(chan struct{})
	c.AfterFunc(time.Hour, func() {
		c.AfterFunc(day, func() { close(fired) })
		close(made)
	})
	c.Advance(time.Hour)
	<-made
	c.Advance(day)
	<-fired
}

func TestAdvanceFromWithinATimer(t *testing.T) {
	c := clock.New()
	defer c.Close()
	fired := make(chan struct{})
	c.AfterFunc(2*day, func() { close(fired) })
	c.AfterFunc(day, func() { c.Advance(day) })
	c.Advance(day)
	<-fired
}

func TestCloseStopsEverything(t *testing.T) {
	c := clock.New()
	stop := c.AfterFunc(day, func() { t.Error("fired after Close") })
	c.Close()
	c.Close()
	if stop() {
		t.Error("stop prevented what Close had stopped already")
	}
	c.AfterFunc(0, func() { t.Error("a timer made after Close fired") })
	c.Advance(2 * day)
}

func TestManyGoroutines(t *testing.T) {
	c := clock.New()
	defer c.Close()
	var fired, users sync.WaitGroup
	for range 8 {
		users.Add(1)
		go func() {
			defer users.Done()
			for i := range 100 {
				fired.Add(1)
				stop := c.AfterFunc(time.Duration(i)*time.Minute, fired.Done)
				if i%3 == 0 && stop() {
					fired.Done()
				}
				if i%10 == 0 {
					c.Advance(time.Minute)
				}
			}
		}()
	}
	users.Wait()
	c.Advance(day)
	fired.Wait()
}
