// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"fmt"
	"maps"
)

// enrol checks and indexes the projects.
func (c *Cloud) enrol(projects []Project) error {
	c.projects, c.keys, c.bundles, c.clients = map[string]*project{}, map[string]signer{}, map[string]*project{}, map[string]client{}
	for _, p := range projects {
		entry := &project{Project: p, apps: map[string]app{}}
		if p.ID == "" || c.projects[p.ID] != nil {
			return fmt.Errorf("project id %q is empty or there twice", p.ID)
		}
		c.projects[p.ID] = entry
		for _, k := range p.Keys {
			if _, twice := c.keys[k.ID]; twice || k.ID == "" {
				return fmt.Errorf("project %s: key id %q is empty or there twice", p.ID, k.ID)
			}
			if k.Public == nil {
				return fmt.Errorf("project %s: key %s has no public half", p.ID, k.ID)
			}
			c.keys[k.ID] = signer{Key: k, project: entry}
		}
		for _, a := range p.Apps {
			if _, twice := c.bundles[a.Bundle]; twice || a.Bundle == "" {
				return fmt.Errorf("project %s: bundle %q is empty or there twice", p.ID, a.Bundle)
			}
			rights := make(map[string]bool, len(a.Rights))
			for _, r := range a.Rights {
				rights[r] = true
			}
			entry.apps[a.Bundle] = app{App: a, rights: rights}
			c.bundles[a.Bundle] = entry
		}
		if err := c.enrolClients(entry); err != nil {
			return err
		}
	}
	return nil
}

// client is what an app-level client id stands for.
type client struct {
	project *project
	bundle  string
}

// enrolClients indexes the client ids of a project.
func (c *Cloud) enrolClients(p *project) error {
	ids := maps.Clone(p.ClientIDs)
	if p.ClientID != "" && len(p.Apps) > 0 {
		if ids == nil {
			ids = map[string]string{}
		}
		ids[p.Apps[0].Bundle] = p.ClientID
	}
	for bundle, id := range ids {
		if _, ours := p.apps[bundle]; !ours {
			return fmt.Errorf("project %s: a client id for bundle %q, which it does not have", p.ID, bundle)
		}
		if _, twice := c.clients[id]; twice || id == "" {
			return fmt.Errorf("project %s: client id %q is empty or there twice", p.ID, id)
		}
		c.clients[id] = client{p, bundle}
	}
	return nil
}
